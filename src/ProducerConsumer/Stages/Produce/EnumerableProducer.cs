using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>Pulls from an enumerable; its one turn ends with the sequence or with a stop.</summary>
internal sealed class EnumerableProducer<T>(SourceStage stage, BoundedBuffer<T> buffer, IEnumerable<T> source)
    : PullWorker<T>(stage, buffer)
{
    protected override ValueTask<bool> ProduceAsync(CancellationToken cancellationToken)
    {
        IEnumerator<T> items = source.GetEnumerator();
        return RunAndDisposeAsync(
            () => PullAsync(items),
            () =>
            {
                items.Dispose();
                return default;
            });
    }

    private async ValueTask PullAsync(IEnumerator<T> items)
    {
        while (TryPull(items))
        {
            await DeliverAsync().ConfigureAwait(false);
            await Rest(suspended: false);
        }

        await DeliverAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Pulls until a delivery is due; false when there will be no more. Apart from what awaits: a loop in there would have
    /// its variables in memory and not in registers.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryPull(IEnumerator<T> items)
    {
        RestoreContext(); // Each item that is kept does so again.
        while (IsWanted)
        {
            if (!items.MoveNext())
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
