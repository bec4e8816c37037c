namespace ProducerConsumer;

/// <summary>One call, one item, one turn.</summary>
internal sealed class CallProducer<T>(
    SourceStage stage, BoundedBuffer<T> buffer, Func<CancellationToken, ValueTask<T>> produce)
    : ProduceWorker<T>(stage, buffer)
{
    protected override async ValueTask ProduceAsync(CancellationToken cancellationToken)
    {
        T item = await produce(cancellationToken).ConfigureAwait(false);
        RestoreContext();
        await DeliverAsync(item).ConfigureAwait(false);
    }
}
