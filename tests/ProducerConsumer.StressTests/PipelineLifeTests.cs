using ProducerConsumer.Tests;

namespace ProducerConsumer.StressTests;

/// <summary>
/// Whole runs of random shape, each with something that happens to it at a random moment: the run ends, every item has one
/// fate, producers keep their order, and the books close.
/// </summary>
public sealed class PipelineLifeTests
{
    private const int Runs = 5_000;

    /// <summary>One part, and more of the same size when more is asked for: each has its own guard against a hang.</summary>
    public static TheoryData<int> Parts => [.. Enumerable.Range(1, Math.Max(1, StressRun.Scaled(Runs) / Runs))];

    [GuardedTheory]
    [MemberData(nameof(Parts))]
    public async Task Run_RandomShapeAndHappening_EveryItemHasOneFate(int part)
    {
        int seed = StressRun.DrawSeed();
        GateKeeper keeper = new(seed);
        Task keeping = keeper.RunAsync();
        try
        {
            for (int run = (part - 1) * Runs; run < part * Runs; run++)
            {
                LifeShape shape = new(new Random(unchecked((seed * 397) ^ run)));
                await new PipelineLife(shape, keeper, $"seed {seed}, run {run}, {shape}").RunAsync();
            }
        }
        finally
        {
            keeper.Leave();
        }

        await keeping;
    }
}
