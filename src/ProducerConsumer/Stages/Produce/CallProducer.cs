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

            bool goesOn = Keep(call.Result);
            RestoreContext();
            if (!goesOn)
            {
                return WaitForRoomAsync(DeliverAsync());
            }
        }
        while (Stage.TryTakeTurn(this));
        return new ValueTask<bool>(false);
    }

    private async ValueTask<bool> AwaitAsync(ValueTask<T> call)
    {
        bool suspended = !call.IsCompleted;
        if (suspended)
        {
            await FlushAsync().ConfigureAwait(false);
        }

        T item = await call.ConfigureAwait(false);
        RestoreContext();
        if (!Keep(item) || suspended)
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
