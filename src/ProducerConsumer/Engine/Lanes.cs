using System.Diagnostics;

namespace ProducerConsumer;

/// <summary>
/// The order of a stage that handles the items of one key one after the other: each key that has items is a lane. Workers
/// take items from lanes of which nobody has one; a lane without any is gone.
/// </summary>
/// <remarks>
/// Guarded by the lock of the stage's buffer, but for <see cref="FindLanes"/>: keys are code of the application's. One
/// worker at a time, the dispatcher, looks at the oldest items of the buffer, finds their lanes outside of the lock, and
/// moves them there. The lanes are numbered, and kept in arrays: a lane costs no memory of its own.
/// </remarks>
internal abstract class Lanes<T>
{
    /// <summary>The most items that are moved at once.</summary>
    private const int MaxFound = 128;

    private readonly LaneQueues<T> _queues = new();

    /// <summary>Lanes that may have become empty since the dispatcher last looked.</summary>
    private readonly List<int> _empty = [];

    private Lane[] _lanes = new Lane[16];

    /// <summary>The first and the last of the lanes that can be run, linked; -1 for none.</summary>
    private int _firstRunnable = -1;
    private int _lastRunnable = -1;

    /// <summary>How many lanes can be run.</summary>
    private int _runnable;

    /// <summary>How many items wait in lanes.</summary>
    public int Waiting { get; private set; }

    /// <summary>How many of them wait in lanes that can be run.</summary>
    public int Startable { get; private set; }

    /// <summary>Whether somebody is the dispatcher.</summary>
    public bool IsDispatching { get; private set; }

    /// <summary>Whether lanes wait for the dispatcher to forget them.</summary>
    public bool HasEmpty => _empty.Count > 0;

    /// <summary>The oldest items of the buffer. For the dispatcher.</summary>
    protected T[] Found { get; } = new T[MaxFound];

    /// <summary>How many there are.</summary>
    protected int FoundCount { get; private set; }

    /// <summary>Where their lanes are to be put.</summary>
    protected int[] FoundLanes { get; } = new int[MaxFound];

    /// <summary>Where to put what was thrown instead of a key; null when nothing was.</summary>
    protected Exception?[]? FoundFaults { get; set; }

    /// <summary>The lanes that are empty, and are to be forgotten unless they get an item. For the dispatcher.</summary>
    protected List<int> Unused { get; } = [];

    /// <summary>How many lanes there are. For tests; when nobody is the dispatcher.</summary>
    public abstract int Count { get; }

    /// <summary>Makes the caller the dispatcher, who is to call <see cref="FindLanes"/> and <see cref="EndDispatch"/>.</summary>
    public void BeginDispatch(RingQueue<T> items)
    {
        Debug.Assert(!IsDispatching, "One at a time.");
        IsDispatching = true;
        FoundCount = Math.Min(items.Count, MaxFound);
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
    public abstract void FindLanes();

    /// <summary>Moves the items into their lanes, unless they were handed back meanwhile.</summary>
    public void EndDispatch(RingQueue<T> items)
    {
        IsDispatching = false;
        int moved = Math.Min(FoundCount, items.Count);
        for (int i = 0; i < moved; i++)
        {
            Single<T> item = items.RemoveOldest();
            int lane = FoundLanes[i];
            if (FoundFaults?[i] is { } fault)
            {
                item = item with { Context = ItemContext.Faulted(item.Context, fault) };
            }

            Reserve(lane);
            Add(lane, item with { Place = lane }, isFirst: false);
        }

        items.Reserved += moved; // They keep their places in the capacity.

        Array.Clear(Found, 0, FoundCount);
        FoundFaults = null;
    }

    /// <summary>Fills a claim from lanes that can be run: one item of each, or more if there are few lanes.</summary>
    /// <param name="items">Where to put the items.</param>
    /// <returns>How many items there are: 1 or more, if any can be started.</returns>
    public int Take(Span<Single<T>> items)
    {
        int taken = 0;
        while (taken < items.Length && _firstRunnable >= 0)
        {
            int id = _firstRunnable;
            ref Lane lane = ref _lanes[id];
            bool isAlone = _queues.Oldest(lane.Items).Attempts > 0;
            if (isAlone && taken > 0)
            {
                break; // A call that is repeated is made on its own.
            }

            int share = isAlone ? 1 : Math.Clamp((items.Length - taken) / _runnable, 1, lane.Items.Count);
            Unlink(ref lane);
            for (int i = 0; i < share && (i == 0 || _queues.Oldest(lane.Items).Attempts == 0); i++)
            {
                items[taken++] = _queues.RemoveOldest(ref lane.Items);
                lane.Running++;
                Waiting--;
            }

            if (isAlone)
            {
                break;
            }
        }

        return taken;
    }

    /// <summary>An item is settled: the next one of its lane may be begun.</summary>
    public void Leave(long place)
    {
        int id = (int)place;
        ref Lane lane = ref _lanes[id];
        Debug.Assert(lane.Running > 0, "An item leaves once.");
        lane.Running--;
        Settle(id, ref lane);
    }

    /// <summary>An item that was taken comes back, before all others of its lane.</summary>
    public void Return(Single<T> item)
    {
        int id = (int)item.Place;
        _lanes[id].Running--;
        Add(id, item, isFirst: true);
    }

    /// <summary>Takes out all items that wait, oldest first.</summary>
    public List<Single<T>> TakeAll()
    {
        List<Single<T>> all = _queues.TakeAll();
        foreach (ref Lane lane in _lanes.AsSpan())
        {
            lane.Items = default;
            lane.IsRunnable = false;
        }

        _firstRunnable = -1;
        _runnable = 0;
        Waiting = 0;
        Startable = 0;
        return all;
    }

    private void Add(int id, Single<T> item, bool isFirst)
    {
        ref Lane lane = ref _lanes[id];
        _queues.Add(ref lane.Items, item, isFirst);
        Waiting++;
        if (lane.IsRunnable)
        {
            Startable++;
        }
        else
        {
            Settle(id, ref lane);
        }
    }

    /// <summary>Notes what can be done with a lane of which nobody has an item any more.</summary>
    private void Settle(int id, ref Lane lane)
    {
        if (lane.Running > 0 || lane.IsRunnable)
        {
            return;
        }

        if (lane.Items.Count > 0)
        {
            Link(id, ref lane);
        }
        else if (!lane.IsNoted)
        {
            lane.IsNoted = true;
            _empty.Add(id);
        }
    }

    private void Link(int id, ref Lane lane)
    {
        lane.IsRunnable = true;
        lane.Next = -1;
        if (_firstRunnable < 0)
        {
            _firstRunnable = id;
        }
        else
        {
            _lanes[_lastRunnable].Next = id;
        }

        _lastRunnable = id;
        _runnable++;
        Startable += lane.Items.Count;
    }

    /// <summary>Takes the first runnable lane out.</summary>
    private void Unlink(ref Lane lane)
    {
        lane.IsRunnable = false;
        _firstRunnable = lane.Next;
        _runnable--;
        Startable -= lane.Items.Count;
    }

    private void Reserve(int lane)
    {
        if (lane >= _lanes.Length)
        {
            Array.Resize(ref _lanes, Math.Max(lane + 1, 2 * _lanes.Length));
        }
    }

    /// <summary>The items of one key.</summary>
    private struct Lane
    {
        /// <summary>Those that wait.</summary>
        public LaneQueue Items;

        /// <summary>How many are with workers, or wait to be delivered again. While there is one, no other is begun.</summary>
        public int Running;

        /// <summary>The next lane that can be run.</summary>
        public int Next;

        public bool IsRunnable;

        /// <summary>Whether the dispatcher will look whether it is empty.</summary>
        public bool IsNoted;

        public readonly bool IsEmpty => Running == 0 && Items.Count == 0;
    }
}
