namespace ProducerConsumer;

/// <summary>Pulls from an asynchronous enumerable; its one turn ends with the sequence or with a stop.</summary>
internal sealed class AsyncEnumerableProducer<T>(SourceStage stage, BoundedBuffer<T> buffer, IAsyncEnumerable<T> source)
    : ProduceWorker<T>(stage, buffer)
{
    protected override ValueTask ProduceAsync(CancellationToken cancellationToken)
    {
        IAsyncEnumerator<T> items = source.GetAsyncEnumerator(cancellationToken);
        return RunAndDisposeAsync(() => PullAsync(items, cancellationToken), items.DisposeAsync);
    }

    private async ValueTask PullAsync(IAsyncEnumerator<T> items, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            RestoreContext();
            ValueTask<bool> move = items.MoveNextAsync();
            bool suspended = !move.IsCompleted;
            if (!await move.ConfigureAwait(false))
            {
                break;
            }

            if (!await DeliverAsync(items.Current).ConfigureAwait(false))
            {
                break;
            }

            await Rest(suspended);
        }
    }
}
