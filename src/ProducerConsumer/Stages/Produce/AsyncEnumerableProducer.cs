using System.Runtime.CompilerServices;

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
        while (TryPull(items, out ValueTask<bool>? next))
        {
            bool suspended = false;
            if (next is { } move)
            {
                suspended = !move.IsCompleted;
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
            }

            await DeliverAsync().ConfigureAwait(false);
            await Rest(suspended);
        }

        await DeliverAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Pulls until a delivery is due, or the source is to be awaited; false when there will be no more. Apart from what
    /// awaits, whose loop costs more than most sources.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryPull(IAsyncEnumerator<T> items, out ValueTask<bool>? next)
    {
        next = null;
        RestoreContext(); // Each item that is kept does so again.
        while (IsWanted)
        {
            ValueTask<bool> move = items.MoveNextAsync();
            if (!move.IsCompletedSuccessfully)
            {
                RestoreContext(); // Here, not when the item has come: that may be on a thread of the application's.
                next = move;
                return true;
            }

            if (!move.GetAwaiter().GetResult())
            {
                return false;
            }

            if (!Keep(items.Current))
            {
                return true;
            }
        }

        return false;
    }
}
