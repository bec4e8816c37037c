using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>
/// Items that a source returned to a pulling worker and that are not in the buffer yet. They are accepted all the same:
/// the watchdog takes them out when the source does not return, and a close hands them back.
/// </summary>
/// <remarks>
/// The owner adds items without a lock. Everybody else takes them out under the buffer's lock, and so does the owner
/// when it publishes the batch and begins a new one.
/// </remarks>
/// <param name="edge">The way that the items take.</param>
/// <param name="size">The most items.</param>
internal sealed class LocalBatch<T>(Edge edge, int size)
{
    /// <summary>In <see cref="_word"/>: closed, nothing is added any more.</summary>
    private const long Sealed = -1;

    /// <summary>The first item in the low half, the end of the items in the high half; or <see cref="Sealed"/>.</summary>
    private long _word;

    private readonly T[] _items = new T[size];

    /// <summary>The way that the items take.</summary>
    public Edge Edge => edge;

    /// <summary>Whether the buffer knows this batch. Guarded by the lock.</summary>
    public bool IsRegistered { get; set; }

    /// <summary>The word as the watchdog saw it last. Guarded by the lock.</summary>
    public long Seen { get; set; }

    /// <summary>For the watchdog: changes whenever the owner adds an item or begins a new batch of another length.</summary>
    public long Progress => Volatile.Read(ref _word);

    /// <summary>How many items are here.</summary>
    public int Count
    {
        get
        {
            long word = Volatile.Read(ref _word);
            return word == Sealed ? 0 : EndOf(word) - FirstOf(word);
        }
    }

    /// <summary>How many items were added since the batch was begun. By the owner.</summary>
    public int Added => _word == Sealed ? 0 : EndOf(_word);

    /// <summary>Adds an item; false, and the item is not here, when the buffer was closed. By the owner, when there is room.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAdd(T item)
    {
        long word = Volatile.Read(ref _word);
        while (word != Sealed)
        {
            // Written before the exchange, which is a full fence: who sees the new end sees the item.
            _items[EndOf(word)] = item;
            long seen = Interlocked.CompareExchange(ref _word, word + (1L << 32), word); // Pairs with the one in Take.
            if (seen == word)
            {
                return true;
            }

            word = seen;
        }

        return false;
    }

    /// <summary>Takes out all items, oldest first, and begins a new batch. By the owner: the memory is its own until it adds again.</summary>
    public ReadOnlyMemory<T> TakeAll_NeedsLock()
    {
        long word = _word;
        if (word == Sealed)
        {
            return default;
        }

        _word = 0; // A plain write: the owner is here, and the others need the lock.
        return _items.AsMemory(FirstOf(word), EndOf(word) - FirstOf(word));
    }

    /// <summary>Takes out the oldest items while the owner may be adding others.</summary>
    public ReadOnlySpan<T> Take_NeedsLock(int most)
    {
        long word = Volatile.Read(ref _word);
        while (word != Sealed)
        {
            int first = FirstOf(word);
            int count = Math.Min(EndOf(word) - first, most);
            long seen = Interlocked.CompareExchange(ref _word, word + count, word);
            if (seen == word)
            {
                return _items.AsSpan(first, count);
            }

            word = seen;
        }

        return [];
    }

    /// <summary>Takes out all items for good: what the owner still gets from its source is for it to deliver.</summary>
    public ReadOnlySpan<T> Seal_NeedsLock()
    {
        long word = Interlocked.Exchange(ref _word, Sealed);
        return word == Sealed ? [] : _items.AsSpan(FirstOf(word), EndOf(word) - FirstOf(word));
    }

    /// <summary>The batch must not keep objects alive that are in the buffer. By the owner, when it was published.</summary>
    public void Forget()
    {
        Debug.Assert(Count == 0, "Nothing is given up.");
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            Array.Clear(_items);
        }
    }

    private static int FirstOf(long word) => (int)word;

    private static int EndOf(long word) => (int)(word >> 32);
}
