namespace ProducerConsumer;

/// <summary>One call, one item, one turn.</summary>
internal sealed class CallProducer<T>(
    SourceStage stage, BoundedBuffer<T> buffer, Func<CancellationToken, ValueTask<T>> produce)
    : PullWorker<T>(stage, buffer)
{
    protected override async ValueTask ProduceAsync(CancellationToken cancellationToken)
    {
        ValueTask<T> call = produce(cancellationToken);
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
    }
}
