using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>How items come into their lanes.</summary>
internal abstract partial class Lanes<T>
{
    /// <summary>The most items that are picked at once.</summary>
    private const int MaxPicked = 128;

    /// <summary>The fewest, if there are so many: the lanes of the first may not be free.</summary>
    private const int MinPicked = 16;

    /// <summary>Whether somebody finds lanes, so that none must be forgotten. Written under the lock.</summary>
    private bool _isFinding;

    /// <summary>Lanes that became empty meanwhile, and may have got an item since. Guarded by the lock.</summary>
    private readonly List<int> _empty = [];

    /// <summary>How many items are picked and not in lanes. Written under the lock.</summary>
    private int _picked;

    /// <summary>Whether picked items may have contexts.</summary>
    private bool _hasPickedContexts;

    /// <summary>The contexts of the picked items.</summary>
    private readonly ItemContext?[] _pickedContexts = new ItemContext?[MaxPicked];

    /// <summary>Whether somebody finds lanes; read without the lock. He looks whether there are more items when he has found them.</summary>
    public bool IsFinding => Volatile.Read(ref _isFinding);

    /// <summary>Whether a worker is wanted that finds lanes; read without the lock.</summary>
    public bool HasPicked => Volatile.Read(ref _picked) > 0 && !IsFinding;

    /// <summary>The lanes by the hashes of their keys. The finder's while there is one; else guarded by the lock.</summary>
    protected LaneTable Table { get; } = new();

    /// <summary>The items whose lanes are to be found. The finder reads them; a close does, too.</summary>
    protected T[] Picked { get; } = new T[MaxPicked];

    /// <summary>Where the finder is to put their lanes.</summary>
    protected int[] PickedLanes { get; } = new int[MaxPicked];

    /// <summary>Where to put what was thrown instead of a key; null when nothing was.</summary>
    protected Exception?[]? PickedFaults { get; set; }

    /// <summary>Picks the oldest items from the buffer, whose lock the caller holds, unless some are picked already.</summary>
    /// <param name="items">The items of the buffer.</param>
    /// <param name="wanted">How many items the caller would take.</param>
    /// <returns>How many items were picked.</returns>
    public int Pick(RingQueue<T> items, int wanted)
    {
        if (Volatile.Read(ref _picked) > 0 || IsFinding)
        {
            return 0; // Seen without the lock: whoever is at it comes to the buffer when he is done.
        }

        _gate.Enter();
        int picked = 0;
        if (_picked == 0 && !_isFinding)
        {
            picked = Math.Min(items.Count, Math.Clamp(wanted, MinPicked, MaxPicked));
            _hasPickedContexts = items.HasContexts;
            if (_hasPickedContexts)
            {
                items.MoveOldestContexts(_pickedContexts.AsSpan(0, picked));
            }

            items.RemoveOldest(Picked.AsSpan(0, picked));
            _picked = picked;
        }

        _gate.Exit();
        return picked;
    }

    /// <summary>Finds the lanes of the first picked items, until the buffer is closed. Never throws.</summary>
    protected abstract void FindLanes(BoundedBuffer<T> buffer, int count);

    /// <summary>The lane has no key any more. Calls no code of the application's.</summary>
    protected abstract void ForgetKey(int lane);

    /// <summary>How many lanes the caller is to find; 0 if somebody is at it.</summary>
    private int BeginFinding()
    {
        if (_isFinding)
        {
            return 0;
        }

        _isFinding = _picked > 0;
        return _picked;
    }

    /// <summary>
    /// The finder puts the items into their lanes, or, as long as nobody else has an item of the lane, into its own hand.
    /// Once the buffer is closed they have no lanes: they are handed back.
    /// </summary>
    private void EndFinding(int found, Handful<T> hand, int most, int workers, BoundedBuffer<T> buffer)
    {
        _gate.Enter();
        hand.Ticket = ++_tickets;
        int share = ShareOf(_picked + buffer.Waiting, most, workers, buffer);
        int count = buffer.IsClosed ? 0 : _picked;
        int begun = count > 0 ? PlaceBegun() : 0; // After a close nothing needs a lane, and what is begun is not handed back.
        bool isPlain = begun == 0 && !_hasPickedContexts && PickedFaults is null;
        int free = isPlain ? TakeFirst(Math.Min(count, share)) : 0;
        hand.AddMany(Picked.AsSpan(0, free), PickedLanes.AsSpan(0, free)); // All, as a rule: most items are the only ones of their keys.
        for (int i = Math.Max(free, begun); i < count; i++)
        {
            int id = PickedLanes[i];
            Reserve(id);
            ItemContext? context = isPlain ? null : ContextOf(i);
            if (hand.Count < share && TryTake(id))
            {
                hand.Add(Picked[i], id, context);
            }
            else
            {
                Add(id, new Single<T>(Picked[i], context, Attempts: 0, Place: ++_arrivals), isFirst: false);
            }
        }

        _picked -= count;
        _isFinding = false;
        ForgetPicked(found); // A close that came meanwhile has left them to the finder.
        ForgetEmpty();
        _gate.Exit();
    }

    /// <summary>The context of a picked item, which says so if its key was not found.</summary>
    private ItemContext? ContextOf(int index)
    {
        ItemContext? context = _pickedContexts[index];
        return PickedFaults?[index] is { } fault ? ItemContext.Faulted(context, fault) : context;
    }

    /// <summary>Nothing is kept alive that is in a lane or was handed back.</summary>
    private void ForgetPicked(int count)
    {
        if (_isFinding || _picked > 0)
        {
            return;
        }

        PickedFaults = null;
        if (_hasPickedContexts)
        {
            Array.Clear(_pickedContexts, 0, count);
            _hasPickedContexts = false;
        }

        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            Array.Clear(Picked, 0, count);
        }
    }

    /// <summary>Takes the first picked items past those that wait, up to one whose lane is not free; returns how many.</summary>
    private int TakeFirst(int most)
    {
        ReadOnlySpan<int> lanes = PickedLanes.AsSpan(0, most);
        for (int i = 0; i < lanes.Length; i++)
        {
            Reserve(lanes[i]);
            if (!TryTake(lanes[i]))
            {
                return i;
            }
        }

        return lanes.Length;
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

    private void ForgetEmpty()
    {
        foreach (int lane in _empty)
        {
            _lanes[lane].IsNoted = false;
            if (_lanes[lane].IsEmpty)
            {
                Forget(lane);
            }
        }

        _empty.Clear();
    }

    private void Forget(int lane)
    {
        Table.Remove(lane);
        if (forgetsKeys)
        {
            ForgetKey(lane);
        }
    }

    private IEnumerable<Single<T>> CopyPicked()
    {
        for (int i = _begun; i < _picked; i++)
        {
            yield return new Single<T>(Picked[i], _pickedContexts[i]);
        }
    }
}
