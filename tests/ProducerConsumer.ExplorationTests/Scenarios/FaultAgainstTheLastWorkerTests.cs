using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>The input has ended, and workers leave or wait for an item that is to come back, while the fault of another arrives.</summary>
public sealed class FaultAgainstTheLastWorkerTests : ScenarioContract
{
    private const int Items = 2;

    protected internal override IReadOnlyList<string> Faults => ["redelivery-vanishes-at-the-close"];

    protected override async Task RunAsync()
    {
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: Items, new LooseClock())
            .Select(item => item)
            .Consume(
                (item, _) => ValueTask.FromException(new InvalidOperationException($"item {item}")),
                stage =>
                {
                    stage.MaxWorkers = 2;
                    stage.OnFailure.Redeliver(2, TimeSpan.FromMilliseconds(10));
                })
            .Build();
        pipeline.Fill(Items);
        pipeline.Writer.Complete();
        PipelineReport report = await Runs.FailAsync(pipeline.RunAsync());
        report.ShouldBalance();
        report.Faults.Select(fault => (int)fault.Item!).Concat(report.UndeliveredItems<int>())
            .Should().BeEquivalentTo(Enumerable.Range(1, Items));
    }
}
