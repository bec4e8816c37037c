namespace ProducerConsumer;

/// <summary>Pulls from an enumerable; its one turn ends with the sequence or with a stop.</summary>
internal sealed class EnumerableProducer<T>(SourceStage stage, BoundedBuffer<T> buffer, IEnumerable<T> source)
    : ProduceWorker<T>(stage, buffer)
{
    protected override ValueTask ProduceAsync(CancellationToken cancellationToken)
    {
        IEnumerator<T> items = source.GetEnumerator();
        return RunAndDisposeAsync(
            () => PullAsync(items, cancellationToken),
            () =>
            {
                items.Dispose();
                return default;
            });
    }

    private async ValueTask PullAsync(IEnumerator<T> items, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            RestoreContext();
            if (!items.MoveNext())
            {
                break;
            }

            if (!await DeliverAsync(items.Current).ConfigureAwait(false))
            {
                break;
            }

            await Rest(suspended: false);
        }
    }
}
