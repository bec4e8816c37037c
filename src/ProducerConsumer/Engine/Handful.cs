using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>
/// Items that a worker took out of lanes, on their way into its claim: the lanes have a lock of their own, and the claim
/// is guarded by that of the buffer. Until then they count as items that wait.
/// </summary>
/// <remarks>
/// Belongs to one worker, which adds under the lock of the lanes and moves the items on under that of the buffer. Who closes
/// the buffer holds both, and takes out what is here.
/// </remarks>
internal sealed class Handful<T>
{
    private T[] _items = [];

    /// <summary>Their lanes.</summary>
    private long[] _places = [];

    /// <summary>Their contexts, as far as it reaches.</summary>
    private ItemContext?[] _contexts = [];

    /// <summary>Whether one has a context.</summary>
    private bool _hasContexts;

    public int Count { get; private set; }

    /// <summary>Numbers the times that hands were filled: the older one has the smaller number.</summary>
    public long Ticket { get; set; }

    /// <summary>How many calls were begun for the only item before; 0 for others.</summary>
    private int Attempts { get; set; }

    /// <summary>Makes room for that many. What is there must have been moved out.</summary>
    public void Reserve(int most)
    {
        if (_items.Length < most)
        {
            _items = new T[most];
            _places = new long[most];
        }
    }

    /// <summary>Adds items without contexts to a hand that is empty.</summary>
    public void AddMany(ReadOnlySpan<T> items, ReadOnlySpan<int> lanes)
    {
        Debug.Assert(Count == 0, "The hand is empty.");
        items.CopyTo(_items);
        for (int i = 0; i < lanes.Length; i++)
        {
            _places[i] = lanes[i];
        }

        Count = items.Length;
    }

    /// <summary>Adds an item.</summary>
    public void Add(T item, int lane, ItemContext? context)
    {
        int index = Count;
        _items[index] = item;
        _places[index] = lane;
        Count = index + 1;
        if (context is not null)
        {
            SetContext(index, context);
        }
    }

    /// <summary>Adds the only item, for which calls were begun before.</summary>
    public void AddAgain(Single<T> item, int lane)
    {
        Add(item.Item, lane, item.Context);
        Attempts = item.Attempts;
    }

    /// <summary>Moves the items into a claim that was filled for them.</summary>
    public void MoveTo_NeedsLock(Claim<T> claim, Span<T> items)
    {
        _items.AsSpan(0, Count).CopyTo(items);
        _places.AsSpan(0, Count).CopyTo(claim.FillPlaces_NeedsLock());
        if (_hasContexts)
        {
            _contexts.AsSpan(0, Count).CopyTo(claim.FillContexts_NeedsLock());
        }

        claim.Attempts = Attempts;
        Clear();
    }

    /// <summary>Takes out all items.</summary>
    public Single<T>[] TakeAll()
    {
        Single<T>[] all = new Single<T>[Count];
        for (int i = 0; i < all.Length; i++)
        {
            all[i] = new Single<T>(_items[i], _hasContexts ? _contexts[i] : null, Attempts);
        }

        Clear();
        return all;
    }

    private void SetContext(int index, ItemContext context)
    {
        if (_contexts.Length < _items.Length)
        {
            Array.Resize(ref _contexts, _items.Length);
        }

        _contexts[index] = context;
        _hasContexts = true;
    }

    private void Clear()
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            Array.Clear(_items, 0, Count);
        }

        if (_hasContexts)
        {
            Array.Clear(_contexts, 0, Count);
            _hasContexts = false;
        }

        Count = 0;
        Attempts = 0;
    }
}
