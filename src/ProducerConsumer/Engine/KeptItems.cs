using System.Diagnostics;

namespace ProducerConsumer;

/// <summary>
/// Items that a worker gathers: their calls have returned, and they are settled together later. Until then they are in
/// flight.
/// </summary>
/// <remarks>
/// The owner adds, and reads what is its own, without a lock; everything else happens under the lock of the buffer, by the
/// owner too.
/// </remarks>
internal sealed class KeptItems<T>
{
    private Single<T>[] _items = [];

    /// <summary>How many items there are. Written by the owner: without the lock when it adds, under it otherwise.</summary>
    private int _count;

    /// <summary>How many items there are. More may be when the owner is adding.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The items, for the owner.</summary>
    public ReadOnlySpan<Single<T>> Own => _items.AsSpan(0, _count);

    /// <summary>Adds an item. By the owner.</summary>
    public void Add(T item, ItemContext? context)
    {
        Single<T>[] items = _items;
        int count = _count;
        if (count == items.Length)
        {
            Array.Resize(ref items, Math.Max(4, 2 * count));
            Volatile.Write(ref _items, items); // Before the count that needs it. Pairs with Copy.
        }

        items[count] = new Single<T>(item, context);
        Volatile.Write(ref _count, count + 1); // A release: who sees the count sees the item.
    }

    /// <summary>Takes out the item that was added last. By the owner.</summary>
    public void RemoveLast_NeedsLock() => Truncate(_count - 1);

    /// <summary>All items are settled. By the owner. Returns how many they were.</summary>
    public int Clear_NeedsLock()
    {
        int count = _count;
        Truncate(0);
        return count;
    }

    /// <summary>A copy of the items that were there.</summary>
    public Single<T>[] Copy_NeedsLock()
    {
        int count = Volatile.Read(ref _count); // First the count: the array that is seen then holds as many, or more.
        return Volatile.Read(ref _items)[..count];
    }

    private void Truncate(int count)
    {
        Debug.Assert(count >= 0, "Only what was kept is taken out.");
        Array.Clear(_items, count, _count - count); // Not to keep objects alive that are settled.
        Volatile.Write(ref _count, count);
    }
}
