using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>The producers end one after the other: the run ends after the last of them, with every item handled.</summary>
public sealed class LastProducerLeavesTests : ScenarioContract
{
    protected internal override IReadOnlyList<string> Faults => ["worker-is-not-counted"];

    protected override async Task RunAsync()
    {
        Handled handled = new();
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: 1)
            .Produce(count: 2, async (writer, token) => await writer.WriteAsync(1, token))
            .Consume(handled.HandleAsync)
            .Build();
        PipelineReport report = await pipeline.RunAsync();
        report.Outcome.Should().Be(PipelineOutcome.Completed);
        report.ShouldBalance();
        handled.Items.Should().Equal(1, 1);
    }
}
