using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>Items wait to be handled again when the run is stopped, at any moment: each has one fate.</summary>
public sealed class RedeliveryAgainstStopTests : ScenarioContract
{
    private const int Items = 3;

    protected internal override IReadOnlyList<string> Faults => ["redelivery-vanishes-at-the-close"];

    protected override async Task RunAsync()
    {
        Handled begun = new();
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: Items, new LooseClock())
            .Consume(
                async (item, token) =>
                {
                    await begun.HandleAsync(item, token);
                    if (begun.Items.Count(other => other == item) == 1)
                    {
                        throw new InvalidOperationException("again");
                    }
                },
                stage =>
                {
                    stage.MaxWorkers = 2;
                    stage.OnFailure.Redeliver(2, TimeSpan.FromMilliseconds(10));
                })
            .Build();
        pipeline.Fill(Items);
        await pipeline.StartAsync();
        Task<PipelineReport> stop = Task.Run(() => pipeline.StopAsync(StopMode.Abort));
        await begun.Reaches(0);
        PipelineReport report = await stop;
        report.ShouldBalance();
        int[] done = [.. begun.Items.GroupBy(item => item).Where(calls => calls.Count() == 2).Select(calls => calls.Key)];
        report.Consumers().Completed.Should().Be(done.Length);

        // A call that fails after the stop fails for good.
        report.Faults.Should().HaveCount((int)report.Consumers().Failed);
        done.Concat(report.UndeliveredItems<int>()).Concat(report.Faults.Select(fault => (int)fault.Item!)).Should().BeEquivalentTo(Enumerable.Range(1, Items));
    }
}
