using System.Globalization;
using Microsoft.Coyote;
using Microsoft.Coyote.Logging;
using Microsoft.Coyote.SystematicTesting;

// A seeded fault is on for the whole process, and each exploration wants the cores for itself.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace ProducerConsumer.ExplorationTests;

/// <summary>Runs a scenario under many schedules, each chosen step by step, until one fails.</summary>
/// <remarks>
/// PRODUCERCONSUMER_SCHEDULES says how many schedules instead of 300, PRODUCERCONSUMER_SEED repeats an exploration, and
/// PRODUCERCONSUMER_TRACE names a file with the trace of one schedule to repeat.
/// </remarks>
internal static class Exploration
{
    private const uint DefaultSchedules = 300;

    /// <summary>Far above what a schedule takes: one that reaches it goes round in circles.</summary>
    private const uint MaxSteps = 20_000;

    /// <summary>
    /// How long nothing has to move before the explorer suspects a deadlock that it did not see coming, in milliseconds.
    /// It sees those of the library at once; a machine that stands still for a while must not look like one.
    /// </summary>
    private const uint SuspicionMilliseconds = 60_000;

    /// <summary>Part of what the explorer reports when something runs without it.</summary>
    private const string OutOfSight = "not intercepted and controlled";

    private const string TraceVariable = "PRODUCERCONSUMER_TRACE";

    public static uint Schedules { get; } = Read("PRODUCERCONSUMER_SCHEDULES") ?? DefaultSchedules;

    /// <summary>Explores until a schedule fails or all are done, and prints what it takes to repeat that.</summary>
    /// <param name="scenario">What happens in one schedule. It fails by throwing, by a deadlock, or by never ending.</param>
    /// <param name="fault">The seeded fault to switch on; null for none.</param>
    /// <param name="schedules">The most schedules to try.</param>
    public static Finding Run(Func<Task> scenario, string? fault, uint schedules)
    {
        uint seed = Read("PRODUCERCONSUMER_SEED") ?? (uint)System.Random.Shared.Next();
        LeftThreads left = new();
        SeededFault.SwitchTo(fault);
        try
        {
            using TestingEngine engine = TestingEngine.Create(Configure(seed, schedules), () => left.WatchAsync(scenario));
            engine.RegisterEndIterationCallBack(_ => left.Join());
            engine.SetLogger(new TextWriterLogger(TextWriter.Null, VerbosityLevel.None));
            engine.Run();
            if (left.AreStuck && engine.TestReport.NumOfFoundBugs == 0)
            {
                throw new InvalidOperationException("A thread of a schedule does not end.");
            }

            Finding finding = new(
                engine.TestReport.NumOfFoundBugs > 0,
                engine.TestReport.NumOfExploredFairPaths + engine.TestReport.NumOfExploredUnfairPaths,
                [.. engine.TestReport.UncontrolledInvocations, .. engine.TestReport.BugReports.Where(bug => bug.Contains(OutOfSight, StringComparison.Ordinal))],
                $"{engine.ReadableTrace}\nThe trace, for a file that {TraceVariable} names:\n{engine.ReproducibleTrace}\n");
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"Seed {seed}, {fault ?? "no fault"}: {finding.Schedules} schedules, {(finding.HasFailed ? "the last one failed" : "none failed")}.");
            return finding;
        }
        finally
        {
            SeededFault.SwitchTo(null);
        }
    }

    private static Configuration Configure(uint seed, uint schedules)
    {
        Configuration configuration = Configuration.Create()
            .WithTestingIterations(schedules)
            .WithRandomGeneratorSeed(seed)
            .WithMaxSchedulingSteps(MaxSteps)
            .WithFailureOnMaxStepsBoundEnabled()
            .WithPartiallyControlledConcurrencyAllowed(false)
            .WithPartiallyControlledDataNondeterminismAllowed(false)
            .WithSystematicFuzzingFallbackEnabled(false)
            .WithVolatileOperationRaceCheckingEnabled()
            .WithDeadlockTimeout(SuspicionMilliseconds)
            .WithTelemetryEnabled(false);
        return System.Environment.GetEnvironmentVariable(TraceVariable) is { Length: > 0 } trace
            ? configuration.WithReproducibleTrace(File.ReadAllText(trace)).WithVerbosityEnabled(VerbosityLevel.Debug)
            : configuration;
    }

    private static uint? Read(string variable) =>
        uint.TryParse(System.Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out uint value)
            ? value
            : null;
}

/// <summary>What an exploration found.</summary>
/// <param name="HasFailed">Whether a schedule failed; it was the last one.</param>
/// <param name="Schedules">How many schedules were run.</param>
/// <param name="Uncontrolled">What the explorer could not see into, so that it did not explore everything.</param>
/// <param name="Description">The failure, what led to it, and how to repeat it.</param>
internal sealed record Finding(bool HasFailed, int Schedules, string[] Uncontrolled, string Description);
