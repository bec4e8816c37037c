using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>
/// A stop comes when a worker has just stopped being alone with its items, and lanes are looked for: each has one fate, and
/// the order stays.
/// </summary>
public sealed class StopAgainstASoloistTests : ScenarioContract
{
    private const int Items = 4;

    protected internal override IReadOnlyList<string> Faults => ["begun-items-are-handed-back"];

    protected override async Task RunAsync()
    {
        Handled handled = new();
        TaskCompletionSource lookedFor = new();
        int looks = 0;
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: Items)
            .Consume(
                async (item, token) =>
                {
                    handled.Add(item);
                    await Task.Yield();
                },
                stage =>
                {
                    stage.MaxWorkers = 2;
                    stage.QuickCall = int.MaxValue;
                    stage.PartitionBy(item =>
                    {
                        if ((item == 1 && ++looks == 2) || item == Items)
                        {
                            lookedFor.TrySetResult(); // Not whether it has a key: its call has been begun and has suspended. Or none did.
                        }

                        return "one";
                    });
                })
            .Build();
        pipeline.Fill(Items);
        await pipeline.StartAsync();
        await lookedFor.Task;
        PipelineReport report = await pipeline.StopAsync(StopMode.Abort);
        report.ShouldBalance();
        handled.Items.Concat(report.UndeliveredItems<int>()).Should().Equal(Enumerable.Range(1, Items));
    }
}
