using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>The input has ended, the only worker is parked until an item comes back, and a stop comes first.</summary>
public sealed class StopOfAParkedWorkerTests : ScenarioContract
{
    protected internal override IReadOnlyList<string> Faults => ["parked-worker-survives-the-close"];

    protected override async Task RunAsync()
    {
        Handled begun = new();
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: 1)
            .Consume(
                async (item, token) =>
                {
                    await begun.HandleAsync(item, token);
                    throw new InvalidOperationException("comes back");
                },
                stage => stage.OnFailure.Redeliver(2, TimeSpan.FromDays(1)))
            .Build();
        pipeline.Fill(1);
        pipeline.Writer.Complete();
        await pipeline.StartAsync();
        await begun.Reaches(1);
        PipelineReport report = await pipeline.StopAsync(StopMode.Abort);
        report.ShouldBalance();
        (report.UndeliveredItems<int>().Count + report.Faults.Count).Should().Be(1);
    }
}
