using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>Lanes become empty while new items of their keys come: each key is handled in order and never twice at once.</summary>
public sealed class LaneAgainstItsNextItemTests : ScenarioContract
{
    private static readonly int[] Items = [1, 3, 2, 5];

    protected internal override IReadOnlyList<string> Faults =>
        ["lane-is-taken-twice", "lane-stays-blocked", "nobody-is-called-for-the-lanes"];

    protected override async Task RunAsync()
    {
        Handled handled = new();
        int[] running = new int[2];
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: 2)
            .Consume(
                async (item, token) =>
                {
                    Interlocked.Increment(ref running[item % 2]).Should().Be(1);
                    await handled.HandleAsync(item, token);
                    if (item == 3)
                    {
                        await Task.Yield();
                    }

                    Interlocked.Decrement(ref running[item % 2]);
                },
                stage =>
                {
                    stage.MaxWorkers = 2;
                    stage.PartitionBy(item => item % 2);
                })
            .Build();
        await pipeline.StartAsync();
        foreach (int item in Items)
        {
            await pipeline.Writer.WriteAsync(item);
        }

        PipelineReport report = await pipeline.StopAsync();
        report.ShouldBalance();
        handled.Items.Where(item => item % 2 == 1).Should().Equal(1, 3, 5);
        handled.Items.Should().HaveCount(Items.Length);
    }
}
