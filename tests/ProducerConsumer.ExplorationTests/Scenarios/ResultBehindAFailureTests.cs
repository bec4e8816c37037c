using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>
/// A result waits behind an item that fails and is skipped: it goes on before its worker tells anybody of that item, who
/// may block until the result has arrived.
/// </summary>
public sealed class ResultBehindAFailureTests : ScenarioContract
{
    protected internal override IReadOnlyList<string> Faults => ["result-behind-a-failure-is-left"];

    protected override async Task RunAsync()
    {
        TaskCompletionSource second = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: 2)
            .Transform(
                async (item, _) =>
                {
                    if (item == 1)
                    {
                        await second.Task;
                        throw new InvalidOperationException("skipped");
                    }

                    second.SetResult();
                    return item;
                },
                stage =>
                {
                    stage.MaxWorkers = 2;
                    stage.PreserveOrder();
                    stage.OnFailure.Skip();
                })
            .Consume((_, _) =>
            {
                arrived.SetResult();
                return default;
            })
            .Build();
        await pipeline.Writer.WriteTrackedAsync(1, _ => arrived.Task.Wait(CancellationToken.None));
        await pipeline.Writer.WriteAsync(2);
        pipeline.Writer.Complete();
        (await pipeline.RunAsync()).ShouldBalance();
    }
}
