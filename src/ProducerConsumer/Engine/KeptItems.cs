using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>
/// Items that a worker gathers: their calls have returned, and they are settled together later. Until then they are in
/// flight.
/// </summary>
/// <remarks>
/// The owner adds items one by one, and reads what is its own, without a lock; everything else happens under the lock of
/// the buffer, by the owner too.
/// </remarks>
internal sealed class KeptItems<T>
{
    private T[] _items = [];

    /// <summary>The contexts of the items; null until an item came with one. For the owner.</summary>
    private ItemContext?[]? _contexts;

    /// <summary>How many items there are. Written by the owner: without the lock when it adds one, under it otherwise.</summary>
    private int _count;

    /// <summary>How many items there are. More may be when the owner is adding.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The items, for the owner.</summary>
    public ReadOnlySpan<T> Own => _items.AsSpan(0, _count);

    /// <summary>Whether items may have contexts. For the owner.</summary>
    public bool HasContexts => _contexts is not null;

    /// <summary>The context of the item that was added last; null for none. For the owner.</summary>
    public ItemContext? LastContext => ContextOf(_count - 1);

    /// <summary>The context of an item; null for none. For the owner.</summary>
    public ItemContext? ContextOf(int index) => _contexts?[index];

    /// <summary>Adds an item. By the owner.</summary>
    public void Add(T item, ItemContext? context)
    {
        Reserve(1);
        int count = _count;
        _items[count] = item;
        if (context is not null || _contexts is not null)
        {
            SetContext(count, context);
        }

        Volatile.Write(ref _count, count + 1); // A release: who sees the count sees the item.
    }

    /// <summary>Adds items without contexts, for which there is room. By the owner.</summary>
    public void AddMany_NeedsLock(ReadOnlySpan<T> items)
    {
        items.CopyTo(_items.AsSpan(_count));
        Volatile.Write(ref _count, _count + items.Length); // As in Add.
    }

    /// <summary>Makes room for that many more. By the owner.</summary>
    public void Reserve(int more)
    {
        T[] items = _items;
        if (_count + more > items.Length)
        {
            Array.Resize(ref items, Math.Max(Math.Max(4, 2 * items.Length), _count + more));
            if (_contexts is not null)
            {
                Array.Resize(ref _contexts, items.Length);
            }

            Volatile.Write(ref _items, items); // Before the count that needs it. Pairs with Copy.
        }
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
    public T[] Copy_NeedsLock()
    {
        int count = Volatile.Read(ref _count); // First the count: the array that is seen then holds as many, or more.
        return Volatile.Read(ref _items)[..count];
    }

    private void SetContext(int index, ItemContext? context)
    {
        _contexts ??= new ItemContext?[_items.Length];
        _contexts[index] = context;
    }

    /// <summary>Keeps no object alive that is settled.</summary>
    private void Truncate(int count)
    {
        Debug.Assert(count >= 0, "Only what was kept is taken out.");
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            Array.Clear(_items, count, _count - count);
        }

        if (_contexts is not null)
        {
            Array.Clear(_contexts, count, _count - count);
        }

        Volatile.Write(ref _count, count);
    }
}
