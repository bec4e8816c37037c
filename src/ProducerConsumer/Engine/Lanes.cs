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
internal abstract partial class Lanes<T>
{
    /// <summary>The items behind the first of each lane.</summary>
    private readonly LaneQueues<T> _queues = new();

    private Lane[] _lanes = new Lane[16];

    /// <summary>The items of each lane that wait. Apart from the lanes, because most items never wait in one.</summary>
    private Line[] _lines = new Line[16];

    /// <summary>Numbers the items in the order in which they came.</summary>
    private long _arrivals;

    /// <summary>The first and the last of the lanes that can be run, linked; -1 for none.</summary>
    private int _firstRunnable = -1;
    private int _lastRunnable = -1;

    /// <summary>How many lanes can be run.</summary>
    private int _runnable;

    /// <summary>How many items wait in lanes.</summary>
    public int Waiting { get; private set; }

    /// <summary>How many of them wait in lanes that can be run.</summary>
    public int Startable { get; private set; }

    /// <summary>
    /// Fills a claim from lanes that can be run: with one item of each, or more if there are few lanes. Some items can be
    /// started, and the claim has room for as many as it is to have at most.
    /// </summary>
    public void Take(Claim<T> claim, Span<T> items)
    {
        int taken = 0;
        while (taken < items.Length && _firstRunnable >= 0 && claim.Attempts == 0)
        {
            int id = _firstRunnable;
            ref Lane lane = ref _lanes[id];
            ref Single<T> first = ref _lines[id].First;
            if (first.Attempts > 0)
            {
                if (taken > 0)
                {
                    break; // A call that is repeated is made on its own.
                }

                claim.Attempts = first.Attempts;
            }

            int share = claim.Attempts > 0 ? 1 : Math.Clamp((items.Length - taken) / _runnable, 1, lane.Count);
            Unlink(ref lane);
            lane.Running += share;
            while (share-- > 0)
            {
                items[taken] = first.Item;
                SetPlace(claim, taken++, id, first.Context);
                RemoveFirst(id);
            }
        }

        Waiting -= taken;
        claim.Truncate_NeedsLock(taken);
    }

    /// <summary>An item is settled: the next one of its lane may be begun.</summary>
    public void Leave(long place)
    {
        int id = (int)place;
        ref Lane lane = ref _lanes[id];
        Debug.Assert(lane.Running > 0, "An item leaves once.");
        lane.Running--;
        Note(id, ref lane);
    }

    /// <summary>An item that was taken comes back, before all others of its lane, and of all lanes when they are handed back.</summary>
    public void Return(Single<T> item)
    {
        int id = (int)item.Place;
        _lanes[id].Running--;
        Add(id, item with { Place = 0 }, isFirst: true);
    }

    /// <summary>Takes out all items that wait, oldest first.</summary>
    public List<Single<T>> TakeAll()
    {
        List<Single<T>> all = [];
        for (int id = 0; id < _lanes.Length; id++)
        {
            while (_lanes[id].Count > 0)
            {
                all.Add(_lines[id].First);
                RemoveFirst(id);
            }

            _lanes[id].IsRunnable = false;
        }

        _firstRunnable = -1;
        _runnable = 0;
        Waiting = 0;
        Startable = 0;
        return [.. all.OrderBy(static item => item.Place)];
    }

    private void Add(int id, Single<T> item, bool isFirst)
    {
        ref Lane lane = ref _lanes[id];
        ref Line line = ref _lines[id];
        if (lane.Count++ == 0)
        {
            line.First = item;
        }
        else if (isFirst)
        {
            _queues.Add(ref line.Others, line.First, isFirst: true);
            line.First = item;
        }
        else
        {
            _queues.Add(ref line.Others, item, isFirst: false);
        }

        Waiting++;
        if (lane.IsRunnable)
        {
            Startable++;
        }
        else
        {
            Note(id, ref lane);
        }
    }

    private static void SetPlace(Claim<T> claim, int index, int lane, ItemContext? context)
    {
        claim.FillPlaces_NeedsLock()[index] = lane;
        if (context is not null)
        {
            claim.FillContexts_NeedsLock()[index] = context;
        }
    }

    private void RemoveFirst(int id)
    {
        ref Line line = ref _lines[id];
        line.First = --_lanes[id].Count > 0 ? _queues.RemoveOldest(ref line.Others) : default;
    }

    /// <summary>Notes what can be done with a lane of which nobody has an item any more.</summary>
    private void Note(int id, ref Lane lane)
    {
        if (lane.Running > 0 || lane.IsRunnable)
        {
            return;
        }

        if (lane.Count > 0)
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
        Startable += lane.Count;
    }

    /// <summary>Takes the first runnable lane out.</summary>
    private void Unlink(ref Lane lane)
    {
        lane.IsRunnable = false;
        _firstRunnable = lane.Next;
        _runnable--;
        Startable -= lane.Count;
    }

    private void Reserve(int lane)
    {
        if (lane >= _lanes.Length)
        {
            Array.Resize(ref _lanes, Math.Max(lane + 1, 2 * _lanes.Length));
            Array.Resize(ref _lines, _lanes.Length);
        }
    }

    /// <summary>The items of one key that wait.</summary>
    private struct Line
    {
        /// <summary>The first, if there is one. Most lanes have no other.</summary>
        public Single<T> First;

        /// <summary>Those behind it.</summary>
        public LaneQueue Others;
    }

    /// <summary>One key that has items, or had some until a moment ago.</summary>
    private struct Lane
    {
        /// <summary>How many items wait.</summary>
        public int Count;

        /// <summary>How many are with workers, or wait to be delivered again. While there is one, no other is begun.</summary>
        public int Running;

        /// <summary>The dispatch that last put an item of this lane into a claim.</summary>
        public long Dispatch;

        /// <summary>The next lane that can be run.</summary>
        public int Next;

        public bool IsRunnable;

        /// <summary>Whether the dispatcher will look whether it is empty.</summary>
        public bool IsNoted;

        public readonly bool IsEmpty => Running == 0 && Count == 0;
    }
}
