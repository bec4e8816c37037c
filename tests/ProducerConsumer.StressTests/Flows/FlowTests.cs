using CsCheck;
using ProducerConsumer.Tests;

namespace ProducerConsumer.StressTests;

/// <summary>
/// Whole flows of random stages, each with something that happens to it at a random moment, against a model of what each
/// stage makes of an item: the run ends, whatever became of an item is in one place, whoever waits for it is told once,
/// the books close, and with one worker in each stage the order is kept.
/// </summary>
public sealed class FlowTests
{
    private const int Flows = 1_000;

    /// <summary>How many more flows are tried in the search for a smaller one that fails.</summary>
    private const int ShrinkingFlows = 300;

    /// <summary>Four parts, and more when more is asked for: each has its own guard against a hang.</summary>
    public static TheoryData<int> Parts => [.. Enumerable.Range(1, Math.Max(1, StressRun.Scaled(4 * Flows) / Flows))];

    [GuardedTheory]
    [MemberData(nameof(Parts))]
    public async Task Flow_RandomStagesAndHappening_KeepsThePromises(int part)
    {
        int seed = StressRun.DrawSeed();
        GateKeeper keeper = new(seed);
        Task keeping = keeper.RunAsync();
        try
        {
            for (int number = (part - 1) * Flows; number < part * Flows; number++)
            {
                await CheckAsync(seed, number, keeper);
            }
        }
        finally
        {
            keeper.Leave();
        }

        await keeping;
    }

    private static async Task CheckAsync(int seed, int number, GateKeeper keeper)
    {
        // Each flow has a seed of its own, so that it can be drawn again without those before it.
        PCG Random() => new((uint)number, (ulong)seed);
        Flow flow = FlowGen.Any.Generate(Random(), null, out _);
        try
        {
            await new FlowRun(flow, keeper).RunAsync();
        }
        catch (Exception error)
        {
            // The search may block its thread, and must not be waited for by those that the test framework lends.
            string smaller = await Task.Run(() => ShrinkAsync(Random().ToString(), keeper));
            Assert.Fail($"Seed {seed}, flow {number}: {flow}\n{error}\n{smaller}");
        }
    }

    /// <summary>Looks for a smaller flow that fails, too. What fails seldom may not fail again.</summary>
    private static async Task<string> ShrinkAsync(string seed, GateKeeper keeper)
    {
        try
        {
            await FlowGen.Any.SampleAsync(
                flow => new FlowRun(flow, keeper).RunAsync(), seed: seed, iter: ShrinkingFlows, threads: 1, print: flow => flow.ToString());
            return "It did not fail again.";
        }
        catch (CsCheckException error)
        {
            return error.Message;
        }
    }
}
