using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>A stop comes while a worker is alone with its items, or has just stopped being so: each has one fate, and the order stays.</summary>
public sealed class StopAgainstASoloistTests : ScenarioContract
{
    private const int Items = 5;

    protected internal override IReadOnlyList<string> Faults => ["begun-items-are-handed-back"];

    protected override async Task RunAsync()
    {
        Handled handled = new();
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: Items)
            .Consume(
                async (item, token) =>
                {
                    handled.Add(item);
                    if (item == 2)
                    {
                        await Task.Yield();
                    }
                },
                stage =>
                {
                    stage.MaxWorkers = 2;
                    stage.PartitionBy(_ => "one");
                    stage.QuickCall = int.MaxValue;
                })
            .Build();
        pipeline.Fill(Items);
        await pipeline.StartAsync();
        await handled.Reaches(1);
        PipelineReport report = await pipeline.StopAsync(StopMode.Abort);
        report.ShouldBalance();
        handled.Items.Concat(report.UndeliveredItems<int>()).Should().Equal(Enumerable.Range(1, Items));
    }
}
