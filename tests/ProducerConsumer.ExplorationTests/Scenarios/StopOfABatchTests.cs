using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>
/// A run is aborted while a worker gathers a batch from several items that it has taken: each is in a batch that was
/// handled, or handed back.
/// </summary>
public sealed class StopOfABatchTests : ScenarioContract
{
    private const int Items = 8;

    protected internal override IReadOnlyList<string> Faults =>
        ["items-kept-together-are-not-settled", "items-kept-together-are-booked-twice", "limit-is-not-lowered"];

    protected override async Task RunAsync()
    {
        Handled handled = new();
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: Items)
            .Batch(3)
            .TransformMany(batch => batch)
            .Consume(handled.HandleAsync)
            .Build();
        pipeline.Fill(Items);
        await pipeline.StartAsync();
        PipelineReport report = await Task.Run(() => pipeline.StopAsync(StopMode.Abort));
        report.Outcome.Should().NotBe(PipelineOutcome.Abandoned);
        report.ShouldBalance();
        report.Stages[0].InFlight.Should().Be(0);
        handled.Items.Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();

        // A batch that is handed back may have gone on in part.
        handled.Items.Concat(report.UndeliveredItems<int>()).Concat(report.UndeliveredItems<IReadOnlyList<int>>().SelectMany(batch => batch))
            .Distinct().Should().BeEquivalentTo(Enumerable.Range(1, Items));
    }
}
