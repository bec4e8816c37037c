using System.Runtime.CompilerServices;

namespace ProducerConsumer.Tests;

/// <summary>A fact that fails when it hangs. The limit is far above what any test takes, so that it means a hang and not a slow machine.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class GuardedFactAttribute : FactAttribute
{
    public const int HangMilliseconds = 120_000;

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
