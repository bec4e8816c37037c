using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>The input has ended while items wait to be handled again: workers stay for them, and leave when the last is done.</summary>
public sealed class RedeliveryAgainstTheEndTests : ScenarioContract
{
    private const int Items = 3;

    protected internal override IReadOnlyList<string> Faults => ["worker-leaves-before-the-redelivery", "parked-worker-is-not-told-the-end"];

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
        pipeline.Writer.Complete();
        PipelineReport report = await pipeline.RunAsync();
        report.ShouldBalance();
        report.Consumers().Completed.Should().Be(Items);
        begun.Items.Should().BeEquivalentTo(Enumerable.Range(1, Items).Concat(Enumerable.Range(1, Items)));
    }
}
