using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ProducerConsumer;

/// <summary>
/// The newest items of a buffer, in an array and under a lock of their own. While workers are busy with older ones, those
/// who write one item at a time touch nothing else, so that the cache lines of the buffer do not pass between writers and
/// workers with each item but with each intake.
/// </summary>
/// <remarks>
/// Opened and closed under the buffer's lock, inside of which its own may be entered, never the other way round. Closed, it
/// is empty. The idea is that of the two locks of a queue (Michael and Scott, PODC 1996), one for each end, with the items
/// between them moved several at a time.
/// </remarks>
internal sealed class Intake<T>
{
    private readonly SpinGate _gate = new();

    /// <summary>Empty until <see cref="Reserve"/>, and never exchanged again.</summary>
    private T[] _items = [];

    /// <summary>
    /// How many items it takes until it is closed; 0 while closed. Written under both locks, and read under either, or as a
    /// hint.
    /// </summary>
    private int _room;

    /// <summary>The most items that fit in; 0 until memory is reserved.</summary>
    public int Size => _items.Length;

    /// <summary>Makes it able to hold that many, unless it is by now. Outside of all locks, since memory may be short.</summary>
    public void Reserve(int size)
    {
        T[] none = _items;
        if (none.Length == 0)
        {
            Interlocked.CompareExchange(ref _items, new T[size], none);
        }
    }

    /// <summary>Adds an item; false when closed or full.</summary>
    /// <param name="item">The item.</param>
    /// <param name="edge">The way that it takes, which is counted here; null for the application's own writes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAdd(T item, Edge? edge)
    {
        // First a look without the lock. Whoever sees an old value goes the longer way, or is refused under the lock.
        return Volatile.Read(ref _room) > 0 && TryAddLocked(item, edge);
    }

    /// <summary>Lets that many items in. While closed.</summary>
    public void Open_NeedsLock(int room)
    {
        Debug.Assert(_room == 0 && room > 0 && room <= Size, "Opened while closed, for what fits in.");
        _gate.Enter();
        _room = room;
        _gate.Exit();
    }

    /// <summary>
    /// Moves the items to a queue that has room for them without growing, and lets no further ones in. Returns how many.
    /// </summary>
    public int CloseInto_NeedsLock(RingQueue<T> queue)
    {
        _gate.Enter();
        int count = _gate.State.Count;
        _gate.State.Count = 0;
        _room = 0;
        _gate.Exit();

        // Closed, the array is the caller's.
        Span<T> items = _items.AsSpan(0, count);
        bool added = queue.TryAddQuickly(items);
        Debug.Assert(added, "Its owner keeps the room.");
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            items.Clear();
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryAddLocked(T item, Edge? edge)
    {
        _gate.Enter();
        int count = _gate.State.Count;
        bool fits = count < _room;
        if (fits)
        {
            // Fewer than it has slots, and exactly of its type: a store needs no check of that, which is a call for each reference.
            Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_items), count) = item;
            _gate.State.Count = count + 1;
            edge?.Accept_NeedsLock();
        }

        _gate.Exit();
        return fits;
    }
}
