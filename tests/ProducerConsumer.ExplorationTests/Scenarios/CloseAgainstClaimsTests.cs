using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>
/// A run is aborted while its workers have taken several items each: an item is started or handed back, never both and
/// never neither.
/// </summary>
public sealed class CloseAgainstClaimsTests : ScenarioContract
{
    private const int Items = 5;

    protected internal override IReadOnlyList<string> Faults =>
        ["limit-is-not-lowered", "started-item-is-taken-away", "refused-item-is-started", "claim-vanishes-at-the-close"];

    protected override async Task RunAsync()
    {
        Handled handled = new();
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: Items)
            .Consume(handled.HandleAsync, maxWorkers: 2)
            .Build();
        pipeline.Fill(Items);
        await pipeline.StartAsync();
        PipelineReport report = await Task.Run(() => pipeline.StopAsync(StopMode.Abort));
        report.Outcome.Should().NotBe(PipelineOutcome.Abandoned);
        report.ShouldBalance();
        handled.Items.Concat(report.UndeliveredItems<int>()).Should().BeEquivalentTo(Enumerable.Range(1, Items));
    }
}
