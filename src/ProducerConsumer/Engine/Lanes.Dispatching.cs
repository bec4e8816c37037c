using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>How items come into their lanes.</summary>
internal abstract partial class Lanes<T>
{
    /// <summary>The most items that are moved at once.</summary>
    private const int MaxFound = 128;

    /// <summary>The fewest, if there are so many.</summary>
    private const int MinFound = 16;

    /// <summary>Lanes that may have become empty since the dispatcher last looked.</summary>
    private readonly List<int> _empty = [];

    /// <summary>Numbers the dispatches.</summary>
    private long _dispatches;

    /// <summary>Whether somebody is the dispatcher.</summary>
    public bool IsDispatching { get; private set; }

    /// <summary>Whether lanes wait for the dispatcher to forget them.</summary>
    public bool HasEmpty => _empty.Count > 0;

    /// <summary>The oldest items of the buffer. For the dispatcher.</summary>
    protected T[] Found { get; } = new T[MaxFound];

    /// <summary>How many there are.</summary>
    protected int FoundCount { get; private set; }

    /// <summary>Their contexts.</summary>
    private ItemContext?[] FoundContexts { get; } = new ItemContext?[MaxFound];

    /// <summary>Where their lanes are to be put.</summary>
    protected int[] FoundLanes { get; } = new int[MaxFound];

    /// <summary>Where to put what was thrown instead of a key; null when nothing was.</summary>
    protected Exception?[]? FoundFaults { get; set; }

    /// <summary>The lanes that are empty, and are to be forgotten unless they get an item. For the dispatcher.</summary>
    protected List<int> Unused { get; } = [];

    /// <summary>Makes the caller the dispatcher, who is to call <see cref="FindLanes"/> and <see cref="EndDispatch"/>.</summary>
    /// <param name="items">The buffer.</param>
    /// <param name="wanted">How many items the caller would take. More are looked at if that is few: their lanes may not be free.</param>
    public void BeginDispatch(RingQueue<T> items, int wanted)
    {
        Debug.Assert(!IsDispatching, "One at a time.");
        IsDispatching = true;
        FoundCount = Math.Min(items.Count, Math.Clamp(wanted, MinFound, MaxFound));
        items.CopyOldest(Found.AsSpan(0, FoundCount));
        foreach (int lane in _empty)
        {
            _lanes[lane].IsNoted = false;
            if (_lanes[lane].IsEmpty)
            {
                Unused.Add(lane);
            }
        }

        _empty.Clear();
    }

    /// <summary>Finds the lanes of the items, and forgets lanes that have none. Outside the lock; never throws.</summary>
    /// <param name="items">The buffer: once it is closed, no key is wanted any more.</param>
    public abstract void FindLanes(BoundedBuffer<T> items);

    /// <summary>
    /// Moves the items out of the buffer, unless they were handed back meanwhile: into the dispatcher's own claim as long
    /// as it has room and nobody else has an item of the lane, else into their lanes.
    /// </summary>
    /// <param name="items">The buffer.</param>
    /// <param name="claim">The claim, which has room for as many as it is to have at most.</param>
    /// <param name="claimed">The items of the claim.</param>
    public void EndDispatch(RingQueue<T> items, Claim<T> claim, Span<T> claimed)
    {
        IsDispatching = false;
        _dispatches++;
        int moved = Math.Min(FoundCount, items.Count);
        bool haveContexts = items.HasContexts;
        if (haveContexts)
        {
            items.MoveOldestContexts(FoundContexts.AsSpan(0, moved));
        }

        items.RemoveOldest(Found.AsSpan(0, moved));
        int taken = 0;
        for (int i = 0; i < moved; i++)
        {
            ItemContext? context = haveContexts ? FoundContexts[i] : null;
            if (FoundFaults?[i] is { } fault)
            {
                context = ItemContext.Faulted(context, fault);
            }

            int id = FoundLanes[i];
            Reserve(id);
            if (taken < claimed.Length && TryTake(id))
            {
                claimed[taken] = Found[i];
                SetPlace(claim, taken++, id, context);
            }
            else
            {
                Add(id, new Single<T>(Found[i], context, Attempts: 0, Place: ++_arrivals), isFirst: false);
            }
        }

        items.Reserved += moved - taken; // What is in lanes keeps its place in the capacity.
        claim.Truncate_NeedsLock(taken);
        FoundFaults = null;
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            Array.Clear(Found, 0, FoundCount);
        }

        if (haveContexts)
        {
            Array.Clear(FoundContexts, 0, moved);
        }
    }

    /// <summary>Takes an item of a lane past those that wait, if there are none, and the items that somebody has are in the same claim.</summary>
    private bool TryTake(int id)
    {
        ref Lane lane = ref _lanes[id];
        bool taken = lane.Count == 0 && (lane.Running == 0 || lane.Dispatch == _dispatches);
        if (taken)
        {
            lane.Running++;
            lane.Dispatch = _dispatches;
        }

        return taken;
    }
}
