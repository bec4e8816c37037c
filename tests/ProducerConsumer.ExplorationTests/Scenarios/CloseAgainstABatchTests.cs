using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>A run is aborted while the worker of a source holds items back in a batch: whatever the source returned has one fate.</summary>
public sealed class CloseAgainstABatchTests : ScenarioContract
{
    private const int Items = 7;

    protected internal override IReadOnlyList<string> Faults => ["batch-vanishes-at-the-close", "batch-after-the-close-vanishes"];

    protected override async Task RunAsync()
    {
        Handled handled = new();
        int pulled = 0;
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: 16)
            .Produce(Enumerable.Range(1, Items).Select(item => pulled = item))
            .Consume(handled.HandleAsync)
            .Build();
        await pipeline.StartAsync();
        PipelineReport report = await Task.Run(() => pipeline.StopAsync(StopMode.Abort));
        report.Outcome.Should().NotBe(PipelineOutcome.Abandoned);
        report.ShouldBalance();
        handled.Items.Concat(report.UndeliveredItems<int>()).Should().Equal(Enumerable.Range(1, pulled));
    }
}
