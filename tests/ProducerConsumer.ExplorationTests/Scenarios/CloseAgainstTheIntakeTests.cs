using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>A run is aborted while items are written one at a time: each that was accepted is handled or handed back.</summary>
public sealed class CloseAgainstTheIntakeTests : ScenarioContract
{
    protected internal override IReadOnlyList<string> Faults => ["intake-is-forgotten-at-the-close"];

    protected override async Task RunAsync()
    {
        Handled handled = new();
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: 10)
            .Consume(handled.HandleAsync)
            .Build();
        await pipeline.StartAsync();
        Task<int> write = Traffic.WriteToEndAsync(pipeline.Writer, first: 1, count: 8);
        PipelineReport report = await Task.Run(() => pipeline.StopAsync(StopMode.Abort));
        int accepted = await write;
        report.ShouldBalance();
        report.Consumers().Accepted.Should().Be(accepted);
        handled.Items.Concat(report.UndeliveredItems<int>()).Should().BeEquivalentTo(Enumerable.Range(1, accepted));
    }
}
