using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>Workers overtake each other, the window is often full, and the results go on in the order of the items.</summary>
public sealed class ResultsInOrderTests : ScenarioContract
{
    private const int Items = 4;

    protected internal override IReadOnlyList<string> Faults =>
        ["result-does-not-wait-for-its-turn", "two-release-at-once", "nobody-is-called-for-the-free-slots", "parked-worker-is-not-told-of-the-last-release"];

    protected override async Task RunAsync()
    {
        Handled handled = new();
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: Items)
            .Transform(
                async (item, _) =>
                {
                    if (item == 1)
                    {
                        await Task.Yield();
                    }

                    return item;
                },
                stage => stage.PreserveOrder(window: 2),
                maxWorkers: 2)
            .Consume(handled.HandleAsync)
            .Build();
        pipeline.Fill(Items);
        pipeline.Writer.Complete();
        (await pipeline.RunAsync()).ShouldBalance();
        handled.Items.Should().Equal(Enumerable.Range(1, Items));
    }
}
