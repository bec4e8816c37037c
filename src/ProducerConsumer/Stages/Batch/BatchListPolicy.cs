using Microsoft.Extensions.ObjectPool;

namespace ProducerConsumer;

/// <summary>Makes the lists of pooled batches, and empties them before they are used again, so that they keep nothing alive.</summary>
internal sealed class BatchListPolicy<T> : PooledObjectPolicy<List<T>>
{
    /// <summary>The most lists that a pool keeps: as many as come back at once in most programs.</summary>
    private const int MaxLists = 64;

    /// <summary>The most items that the kept lists of a pool would hold if their batches were full, unless one alone holds more.</summary>
    private const int MaxItems = 65_536;

    /// <summary>A pool of lists for batches of that size.</summary>
    public static ObjectPool<List<T>> CreatePool(int maxSize) =>
        new DefaultObjectPool<List<T>>(new BatchListPolicy<T>(), Math.Clamp(MaxItems / maxSize, 1, MaxLists));

    public override List<T> Create() => [];

    public override bool Return(List<T> obj)
    {
        obj.Clear();
        return true;
    }
}
