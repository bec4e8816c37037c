namespace ProducerConsumer;

/// <summary>Pulls from an asynchronous enumerable; its one turn ends with the sequence or with a stop.</summary>
internal sealed class AsyncEnumerableProducer<T>(SourceStage stage, BoundedBuffer<T> buffer, IAsyncEnumerable<T> source)
    : PullWorker<T>(stage, buffer)
{
    protected override ValueTask<bool> ProduceAsync(CancellationToken cancellationToken)
    {
        IAsyncEnumerator<T> items = source.GetAsyncEnumerator(cancellationToken);
        return RunAndDisposeAsync(() => PullAsync(items), items.DisposeAsync);
    }

    private async ValueTask PullAsync(IAsyncEnumerator<T> items)
    {
        while (IsWanted)
        {
            RestoreContext();
            ValueTask<bool> move = items.MoveNextAsync();
            bool suspended = !move.IsCompleted;
            if (suspended)
            {
                await FlushAsync().ConfigureAwait(false);
            }

            if (!await move.ConfigureAwait(false))
            {
                break;
            }

            if (Keep(items.Current) && !suspended)
            {
                continue;
            }

            await DeliverAsync().ConfigureAwait(false);
            await Rest(suspended);
        }

        await DeliverAsync().ConfigureAwait(false);
    }
}
