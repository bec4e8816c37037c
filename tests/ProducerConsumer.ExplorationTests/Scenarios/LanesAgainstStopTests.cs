using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>A stop comes while items are on their way into lanes, in them, or out of them: each has one fate, and the order stays.</summary>
public sealed class LanesAgainstStopTests : ScenarioContract
{
    private const int Items = 6;

    protected internal override IReadOnlyList<string> Faults => ["lanes-vanish-at-the-close", "hands-vanish-at-the-close"];

    protected override async Task RunAsync()
    {
        Handled handled = new();
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: Items)
            .Consume(handled.HandleAsync, stage =>
            {
                stage.MaxWorkers = 2;
                stage.PartitionBy(item => item % 2);
            })
            .Build();
        pipeline.Fill(Items);
        await pipeline.StartAsync();
        await handled.Reaches(1);
        PipelineReport report = await pipeline.StopAsync(StopMode.Abort);
        report.ShouldBalance();
        int[] all = [.. handled.Items, .. report.UndeliveredItems<int>()];
        all.Where(static item => item % 2 == 1).Should().Equal(1, 3, 5);
        all.Where(static item => item % 2 == 0).Should().Equal(2, 4, 6);
    }
}
