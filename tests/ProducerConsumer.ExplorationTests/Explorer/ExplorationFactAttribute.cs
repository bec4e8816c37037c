using System.Runtime.CompilerServices;
using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>A fact that fails when it hangs, with more time when more schedules are asked for.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ExplorationFactAttribute : FactAttribute
{
    private const int SchedulesPerGuard = 1_000;

    public ExplorationFactAttribute(
        [CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber) =>
        Timeout = GuardedFactAttribute.HangMilliseconds * (int)(1 + (Exploration.Schedules / SchedulesPerGuard));
}
