using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ProducerConsumer;

/// <summary>
/// Items that a worker has for the buffer and that are not in it yet: a source returned them, or the code of a stage emitted
/// them. They are accepted all the same: the watchdog takes them out when that code does not return, and a close hands
/// them back.
/// </summary>
/// <remarks>
/// The owner adds at one end and needs no lock for it; everybody takes from the other end under the buffer's lock, and so
/// does the owner when it publishes the batch.
/// </remarks>
/// <param name="edge">The way that the items take.</param>
/// <param name="size">The most items.</param>
internal sealed class LocalBatch<T>(Edge edge, int size)
{
    private readonly T[] _items = BatchArrays<T>.Pool.Rent(size);

    /// <summary>The contexts of the items; null until an item came with one. Written by the owner, before the end that needs it.</summary>
    private ItemContext?[]? _contexts;

    /// <summary>The oldest item that is still here. Written under the lock; read without it by <see cref="Add"/>.</summary>
    private int _first;

    /// <summary>Where the items end. Written by the owner.</summary>
    private int _end;

    /// <summary>The way that the items take.</summary>
    public Edge Edge => edge;

    /// <summary>How often the batch was published and begun anew. Guarded by the lock.</summary>
    public long Round { get; private set; }

    /// <summary>The round that the watchdog saw last. Guarded by the lock.</summary>
    public long SeenRound { get; set; } = -1;

    /// <summary>How many items were added since the batch was begun. By the owner.</summary>
    public int Added => _end;

    /// <summary>Whether items may have contexts. By the owner.</summary>
    public bool HasContexts => _contexts is not null;

    /// <summary>How many items are here. More may be when the owner is adding.</summary>
    public int Count_NeedsLock => Volatile.Read(ref _end) - _first;

    /// <summary>
    /// Adds an item. By the owner, when there is room. True when it is the only one here, so that the watchdog may have
    /// gone to rest. The look without a fence may miss that the watchdog has just taken the others; but then that one
    /// looks once more, a period later, and sees the item.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Add(T item, ItemContext? context = null)
    {
        int end = _end;
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(end, _items.Length); // Several threads may emit, against the contract.

        // The array is this class's own and exactly of its type: a store needs no check of that, which is a call for each reference.
        Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_items), end) = item;
        if (context is not null || _contexts is not null)
        {
            SetContext(end, context);
        }

        Volatile.Write(ref _end, end + 1); // A release: who sees the new end sees the item. Pairs with Take.
        return Volatile.Read(ref _first) == end;
    }

    /// <summary>Takes out the items that are here while the owner may be adding others.</summary>
    public Portion<T> Take_NeedsLock()
    {
        int count = Count_NeedsLock; // Before the contexts: those of the items that it counts are there.
        Portion<T> items = PortionOf(count);
        _first += count;
        return items;
    }

    /// <summary>Takes out all items and begins a new batch. By the owner: the memory is its own until it adds again.</summary>
    public Portion<T> TakeAll_NeedsLock()
    {
        Portion<T> items = PortionOf(_end - _first);
        _first = 0;
        _end = 0;
        Round++;
        return items;
    }

    private Portion<T> PortionOf(int count) =>
        new(_items.AsMemory(_first, count), _contexts is { } contexts ? contexts.AsMemory(_first, count) : default);

    private void SetContext(int index, ItemContext? context)
    {
        _contexts ??= new ItemContext?[_items.Length];
        _contexts[index] = context;
    }

    /// <summary>Gives the memory back. By the owner, when nobody else knows the batch any more.</summary>
    public void Release() => BatchArrays<T>.Pool.Return(_items, RuntimeHelpers.IsReferenceOrContainsReferences<T>());
}
