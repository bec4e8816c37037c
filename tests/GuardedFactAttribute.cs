using System.Globalization;
using System.Runtime.CompilerServices;

namespace ProducerConsumer.Tests;

/// <summary>A fact that fails when it hangs. The limit is far above what any test takes, so that it means a hang and not a slow machine.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class GuardedFactAttribute : FactAttribute
{
    /// <summary>Two minutes, and more in proportion when PRODUCERCONSUMER_STRESS asks for a larger stress.</summary>
    public static int HangMilliseconds { get; } = (int)(120_000 * Math.Clamp(StressScale, 1, 1_000));

    private static double StressScale =>
        double.TryParse(System.Environment.GetEnvironmentVariable("PRODUCERCONSUMER_STRESS"), CultureInfo.InvariantCulture, out double scale) ? scale : 1;

    public GuardedFactAttribute(
        [CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber) => Timeout = HangMilliseconds;
}

/// <summary>A theory that fails when it hangs.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class GuardedTheoryAttribute : TheoryAttribute
{
    public GuardedTheoryAttribute(
        [CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber) => Timeout = GuardedFactAttribute.HangMilliseconds;
}
