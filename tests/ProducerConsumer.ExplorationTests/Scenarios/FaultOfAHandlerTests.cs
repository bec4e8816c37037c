using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>A handler throws while producers wait for room: the run ends with its fault, and each item has one fate.</summary>
public sealed class FaultOfAHandlerTests : ScenarioContract
{
    protected internal override IReadOnlyList<string> Faults => ["delivery-after-the-close-vanishes", "parked-delivery-survives-the-close"];

    protected override async Task RunAsync()
    {
        Handled handled = new();
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: 1)
            .Produce([1, 2, 3])
            .Consume(
                async (item, token) =>
                {
                    await handled.HandleAsync(item, token);
                    throw new InvalidOperationException("The fault.");
                },
                maxWorkers: 2)
            .Build();
        PipelineReport report = await Runs.FailAsync(pipeline.RunAsync());
        report.ShouldBalance();
        report.Consumers().Failed.Should().Be(handled.Items.Length);
        handled.Items.Concat(report.UndeliveredItems<int>()).Should().BeEquivalentTo(Enumerable.Range(1, (int)report.Consumers().Accepted));
    }
}
