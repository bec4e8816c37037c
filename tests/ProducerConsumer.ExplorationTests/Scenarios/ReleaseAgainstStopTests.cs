using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>A stop comes while results wait for their turn or are on their way to the next stage: each has one fate.</summary>
public sealed class ReleaseAgainstStopTests : ScenarioContract
{
    private const int Items = 3;

    protected internal override IReadOnlyList<string> Faults => ["two-release-at-once"];

    protected override async Task RunAsync()
    {
        Handled begun = new();
        Handled handled = new();
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: Items)
            .Transform(
                async (item, token) =>
                {
                    await begun.HandleAsync(item, token);
                    if (item == 1)
                    {
                        await Task.Yield();
                    }

                    return item;
                },
                maxWorkers: 2,
                preserveOrder: true)
            .Consume(handled.HandleAsync)
            .Build();
        pipeline.Fill(Items);
        await pipeline.StartAsync();
        await begun.Reaches(1);
        PipelineReport report = await pipeline.StopAsync(StopMode.Abort);
        report.ShouldBalance();
        handled.Items.Should().BeInAscendingOrder();
        handled.Items.Concat(report.UndeliveredItems<int>()).Should().BeEquivalentTo(Enumerable.Range(1, Items));
    }
}
