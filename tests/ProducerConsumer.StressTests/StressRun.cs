using System.Globalization;

// Every test here wants the cores, or the heap, for itself.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace ProducerConsumer.StressTests;

/// <summary>How long the stress goes on, and where its seed is told.</summary>
internal static class StressRun
{
    /// <summary>Multiplies the sizes of the long runs; from the environment, 1 by default.</summary>
    public static double Scale { get; } = double.TryParse(
        Environment.GetEnvironmentVariable("PRODUCERCONSUMER_STRESS"),
        NumberStyles.Float,
        CultureInfo.InvariantCulture,
        out double scale) && scale > 0 ? scale : 1;

    public static int Scaled(int size) => (int)Math.Clamp(size * Scale, 1_000, 1_000_000_000);

    public static Random CreateRandom() => new(DrawSeed());

    /// <summary>The seed in the environment, to see a failure again, or a new one; printed.</summary>
    public static int DrawSeed()
    {
        if (!int.TryParse(
            Environment.GetEnvironmentVariable("PRODUCERCONSUMER_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out int seed))
        {
            seed = Random.Shared.Next();
        }

        Print($"Seed {seed}.");
        return seed;
    }

    public static void Print(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);

    public static Task OnThread(Action act) =>
        Task.Factory.StartNew(act, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
