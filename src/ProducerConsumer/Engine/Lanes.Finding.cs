using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>How items come into their lanes.</summary>
internal abstract partial class Lanes<T>
{
    /// <summary>The most items that are moved at once.</summary>
    private const int MaxFound = 128;

    /// <summary>The fewest, if there are so many.</summary>
    private const int MinFound = 16;

    /// <summary>Lanes that may have become empty since somebody last looked. Guarded by the lock.</summary>
    private readonly List<int> _empty = [];

    /// <summary>The contexts of the found items.</summary>
    private readonly ItemContext?[] _foundContexts = new ItemContext?[MaxFound];

    /// <summary>
    /// How many items were found that are not in lanes. Set under the lock of the buffer, before the finder goes to work,
    /// and to 0 under this one; who closes holds both.
    /// </summary>
    private int _foundCount;

    /// <summary>How many of them the finder may take for itself.</summary>
    private int _share;

    /// <summary>Whether lanes wait for the finder to forget them; read without the lock.</summary>
    public bool HasEmpty => _empty.Count > 0;

    /// <summary>The items whose lanes are to be found. For the finder; a close reads them.</summary>
    protected T[] Found { get; } = new T[MaxFound];

    /// <summary>Where the finder is to put their lanes.</summary>
    protected int[] FoundLanes { get; } = new int[MaxFound];

    /// <summary>Where to put what was thrown instead of a key; null when nothing was.</summary>
    protected Exception?[]? FoundFaults { get; set; }

    /// <summary>
    /// Takes the oldest items out of the buffer, under the lock of which the caller has become the finder.
    /// </summary>
    /// <param name="items">The items of the buffer.</param>
    /// <param name="share">How many items the caller would take. More are looked at if that is few: their lanes may not be free.</param>
    /// <returns>How many items there are.</returns>
    public int BeginFinding(RingQueue<T> items, int share)
    {
        _share = share;
        _foundCount = Math.Min(items.Count, Math.Clamp(share, MinFound, MaxFound));
        if (items.HasContexts)
        {
            items.MoveOldestContexts(_foundContexts.AsSpan(0, _foundCount));
        }

        items.RemoveOldest(Found.AsSpan(0, _foundCount));
        return _foundCount;
    }

    /// <summary>
    /// Finds the lanes of the items, and puts them there unless they were handed back meanwhile: or, as long as nobody else
    /// has an item of the lane, into the finder's own hand. Outside of the buffer's lock; never throws.
    /// </summary>
    /// <param name="buffer">The buffer: once it is closed, no key is wanted any more.</param>
    /// <param name="hand">The hand of the finder; it is empty.</param>
    /// <param name="capacity">The most items in the hands of all workers, but for one each.</param>
    public void Find(BoundedBuffer<T> buffer, Handful<T> hand, int capacity)
    {
        int found = _foundCount;
        ForgetEmpty();
        FindLanes(buffer, found);
        hand.Reserve(_share);
        MoveFound(hand, capacity);
        FoundFaults = null;
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            Array.Clear(Found, 0, found);
        }

        Array.Clear(_foundContexts, 0, found);
    }

    /// <summary>Finds the lanes of the first items, until the buffer is closed. Never throws.</summary>
    protected abstract void FindLanes(BoundedBuffer<T> buffer, int count);

    /// <summary>The number of the lane may be given to another key. Must not call code of the application's.</summary>
    protected abstract void Forget(int lane);

    private void ForgetEmpty()
    {
        _gate.Enter();
        foreach (int lane in _empty)
        {
            _lanes[lane].IsNoted = false;
            if (_lanes[lane].IsEmpty)
            {
                Forget(lane);
            }
        }

        _empty.Clear();
        _gate.Exit();
    }

    private void MoveFound(Handful<T> hand, int capacity)
    {
        _gate.Enter();
        hand.Ticket = ++_tickets;
        int share = Math.Min(_share, Math.Max(1, capacity - _running));
        for (int i = 0; i < _foundCount; i++)
        {
            ItemContext? context = _foundContexts[i];
            if (FoundFaults?[i] is { } fault)
            {
                context = ItemContext.Faulted(context, fault);
            }

            int id = FoundLanes[i];
            Reserve(id);
            if (hand.Count < share && TryTake(id))
            {
                hand.Add(Found[i], id, context, attempts: 0);
            }
            else
            {
                Add(id, new Single<T>(Found[i], context, Attempts: 0, Place: ++_arrivals), isFirst: false);
            }
        }

        _foundCount = 0;
        _gate.Exit();
    }

    /// <summary>Takes an item of a lane past those that wait, if there are none, and the items that somebody has are in the same hand.</summary>
    private bool TryTake(int id)
    {
        ref Lane lane = ref _lanes[id];
        bool taken = lane.Count == 0 && (lane.Running == 0 || lane.Ticket == _tickets);
        if (taken)
        {
            lane.Running++;
            lane.Ticket = _tickets;
            _running++;
        }

        return taken;
    }

    private IEnumerable<Single<T>> CopyFound()
    {
        for (int i = 0; i < _foundCount; i++)
        {
            yield return new Single<T>(Found[i], _foundContexts[i]);
        }
    }
}
