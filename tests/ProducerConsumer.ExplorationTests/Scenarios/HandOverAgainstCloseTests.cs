using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>A run is aborted while an item is put into the hands of a parked worker: it is started, or handed back, or refused.</summary>
public sealed class HandOverAgainstCloseTests : ScenarioContract
{
    protected internal override IReadOnlyList<string> Faults =>
        ["limit-is-not-lowered", "refused-item-is-started", "claim-vanishes-at-the-close"];

    protected override async Task RunAsync()
    {
        Handled handled = new();
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: 2)
            .Consume(handled.HandleAsync)
            .Build();
        await pipeline.StartAsync();
        await pipeline.Writer.WriteAsync(1);
        await handled.Reaches(1);

        // From here on the worker may have parked.
        Task<PipelineReport> abort = Task.Run(() => pipeline.StopAsync(StopMode.Abort));
        int accepted = 1 + await Traffic.WriteToEndAsync(pipeline.Writer, first: 2, count: 2);
        PipelineReport report = await abort;
        report.Outcome.Should().NotBe(PipelineOutcome.Abandoned);
        report.ShouldBalance();
        handled.Items.Concat(report.UndeliveredItems<int>()).Should().BeEquivalentTo(Enumerable.Range(1, accepted));
    }
}
