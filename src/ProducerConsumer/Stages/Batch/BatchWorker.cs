using Microsoft.Extensions.ObjectPool;

namespace ProducerConsumer;

/// <summary>Gathers items into batches: full ones, and smaller ones when the first item has waited long enough or none comes any more.</summary>
/// <param name="maxSize">The most items of a batch.</param>
/// <param name="maxWait">The most time that the first item waits for others; null for as long as it takes.</param>
/// <param name="lists">Where the lists come from; null for a fresh one each.</param>
internal sealed class BatchWorker<T>(int maxSize, TimeSpan? maxWait, ObjectPool<List<T>>? lists) : StageWorker<T, IReadOnlyList<T>>
{
    protected override ValueTask HandleAsync(T item, CancellationToken cancellationToken)
    {
        Keep();
        if (KeptCount == 1 && maxSize > 1 && maxWait is { } wait)
        {
            WakeAfter(wait); // First: when the clock fails, no other item waits for it.
        }

        KeepMore(maxSize - KeptCount);
        return KeptCount == maxSize ? FlushAsync() : default;
    }

    protected override ValueTask WakeAsync(CancellationToken cancellationToken) => FlushAsync();

    protected override ValueTask EndAsync(CancellationToken cancellationToken) => FlushAsync();

    private ValueTask FlushAsync()
    {
        if (maxWait is not null)
        {
            WakeAfter(Timeout.InfiniteTimeSpan);
        }

        return KeptCount > 0 ? EmitKeptAsync(lists is null ? CopyKept() : Fill(lists.Get())) : default;
    }

    private List<T> Fill(List<T> list)
    {
        CopyKeptTo(list);
        return list;
    }
}
