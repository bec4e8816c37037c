using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>One call, one item, one turn. As long as calls return at once, their turns follow each other in here.</summary>
internal sealed class CallProducer<T>(
    SourceStage stage, BoundedBuffer<T> buffer, Func<CancellationToken, ValueTask<T>> produce)
    : PullWorker<T>(stage, buffer)
{
    protected override ValueTask<bool> ProduceAsync(CancellationToken cancellationToken)
    {
        do
        {
            ValueTask<T> call = produce(cancellationToken);
            if (!call.IsCompletedSuccessfully)
            {
                return AwaitAsync(call);
            }

            if (!Keep(call.Result))
            {
                return WaitForRoomAsync(DeliverAsync());
            }
        }
        while (Stage.TryTakeTurn(this));
        return new ValueTask<bool>(false);
    }

    private async ValueTask<bool> AwaitAsync(ValueTask<T> call)
    {
        RestoreContext(); // Here, not when the item has come: that may be on a thread of the application's.
        bool suspended = !call.IsCompleted;
        if (suspended)
        {
            await FlushAsync().ConfigureAwait(false);
        }

        if (!Keep(await call.ConfigureAwait(false)) || suspended)
        {
            await DeliverAsync().ConfigureAwait(false);
        }

        return suspended;
    }

    /// <summary>Pooled: it can happen for every item.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<bool> WaitForRoomAsync(ValueTask<bool> delivery)
    {
        await delivery.ConfigureAwait(false);
        return false;
    }
}
