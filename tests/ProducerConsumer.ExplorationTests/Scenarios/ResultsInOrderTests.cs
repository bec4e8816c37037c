using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>
/// Workers overtake each other, the window is often full, and the results go on in the order of the items. The consumer does
/// not make room before the last item was begun, while up to two workers wait for room.
/// </summary>
public sealed class ResultsInOrderTests : ScenarioContract
{
    private const int Items = 5;

    protected internal override IReadOnlyList<string> Faults =>
        ["result-does-not-wait-for-its-turn", "two-release-at-once", "nobody-is-called-for-the-free-slots", "called-worker-waits-before-it-arrives"];

    protected override async Task RunAsync()
    {
        Handled handled = new();
        TaskCompletionSource lastBegun = new();
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: Items)
            .Transform(
                async (item, _) =>
                {
                    if (item == Items)
                    {
                        lastBegun.SetResult();
                    }
                    else if (item == 1)
                    {
                        await Task.Yield();
                    }

                    return item;
                },
                stage => stage.PreserveOrder(window: 2),
                maxWorkers: 3)
            .Consume(
                async (item, cancellationToken) =>
                {
                    await lastBegun.Task;
                    await handled.HandleAsync(item, cancellationToken);
                },
                stage => stage.Capacity = 1)
            .Build();
        pipeline.Fill(Items);
        pipeline.Writer.Complete();
        (await pipeline.RunAsync()).ShouldBalance();
        handled.Items.Should().Equal(Enumerable.Range(1, Items));
    }
}
