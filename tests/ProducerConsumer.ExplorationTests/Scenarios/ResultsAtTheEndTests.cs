using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>The last worker of a stage leaves: what it emitted is with the next stage, which ends after that.</summary>
public sealed class ResultsAtTheEndTests : ScenarioContract
{
    private const int Items = 8;

    protected internal override IReadOnlyList<string> Faults => ["results-are-not-published", "next-stage-does-not-wait-for-the-last-worker"];

    protected override async Task RunAsync()
    {
        Handled handled = new();
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: 16)
            .Select(item => item)
            .Consume(handled.HandleAsync)
            .Build();
        pipeline.Fill(Items);
        pipeline.Writer.Complete();
        PipelineReport report = await pipeline.RunAsync();
        report.ShouldBalance();
        handled.Items.Should().Equal(Enumerable.Range(1, Items));
    }
}
