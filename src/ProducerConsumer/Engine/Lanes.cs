using System.Diagnostics;

namespace ProducerConsumer;

/// <summary>
/// The order of a stage that handles the items of one key one after the other: each key that has items is a lane. Workers
/// take items from lanes of which nobody has one; a lane without any is gone.
/// </summary>
/// <remarks>
/// <para>Lanes have a lock of their own, which writers never meet: what is done for the items of a claim takes longer than
/// all else in the buffer. Who holds the lock of the buffer may enter this one, never the other way round. It guards all
/// but the finding of keys, which are code of the application's.</para>
/// <para>One worker at a time, the finder, takes the oldest items out of the buffer, finds their lanes outside of both
/// locks, and puts the items there. Workers take items from lanes into their hands (<see cref="Handful{T}"/>), and from
/// there into their claims. The lanes are numbered, and kept in arrays: a lane costs no memory of its own.</para>
/// <para>Only the finder puts items into a lane of which nobody has one; so one that is empty stays so until he comes.</para>
/// </remarks>
internal abstract partial class Lanes<T>
{
    private readonly SpinGate _gate = new();

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

    /// <summary>How many items wait in lanes that can be run.</summary>
    private int _startable;

    /// <summary>How many items are with workers, or wait to be delivered again.</summary>
    private int _running;

    /// <summary>The hands of all workers that ever came.</summary>
    private readonly List<Handful<T>> _hands = [];

    /// <summary>Numbers the times that hands were filled.</summary>
    private long _tickets;

    /// <summary>How many items workers could begin; read without the lock.</summary>
    public int Startable => Volatile.Read(ref _startable);

    /// <summary>
    /// A worker comes back: the items of its claim whose calls have ended leave their lanes, and it takes a fair share of
    /// those that can be begun by now: one of each lane, or more if there are few lanes.
    /// </summary>
    /// <param name="claim">The worker's claim.</param>
    /// <param name="hand">Where to put the items; it is empty.</param>
    /// <param name="most">The most items; 0 if the worker is to take none.</param>
    /// <param name="workers">How many workers share the items, about.</param>
    /// <param name="capacity">The most items in the hands of all workers, but for one each.</param>
    public void Take(Claim<T> claim, Handful<T> hand, int most, int workers, int capacity)
    {
        hand.Reserve(most);
        _gate.Enter();
        Know(hand);
        LeaveSettled(claim, claim.Settled_NeedsLock);
        int share = Math.Min(most, Math.Max(1, Math.Min(_startable / workers, capacity - _running)));
        while (hand.Count < share && _firstRunnable >= 0)
        {
            int id = _firstRunnable;
            ref Lane lane = ref _lanes[id];
            int attempts = _lines[id].First.Attempts;
            if (!hand.Takes(attempts))
            {
                break;
            }

            int count = attempts > 0 ? 1 : Math.Clamp((share - hand.Count) / _runnable, 1, lane.Count);
            Unlink(ref lane);
            lane.Running += count;
            _running += count;
            while (count-- > 0)
            {
                Single<T> first = _lines[id].First;
                hand.Add(first.Item, id, first.Context, attempts);
                RemoveFirst(id);
            }
        }

        _gate.Exit();
    }

    /// <summary>Calls of a claim have ended: others of their lanes may be begun.</summary>
    public void Leave(Claim<T> claim, int settled)
    {
        _gate.Enter();
        LeaveSettled(claim, settled);
        _gate.Exit();
    }

    /// <summary>An item that was taken comes back, before all others of its lane, and of all lanes when they are handed back.</summary>
    public void Return(Single<T> item)
    {
        _gate.Enter();
        int id = (int)item.Place;
        _lanes[id].Running--;
        _running--;
        Add(id, item with { Place = 0 }, isFirst: true);
        _gate.Exit();
    }

    /// <summary>
    /// Nothing is to be begun any more: takes out all items that are in hands, that wait, or whose keys are being found;
    /// oldest first.
    /// </summary>
    public List<Single<T>> Close()
    {
        List<Single<T>> all = [];
        _gate.Enter();
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
        _startable = 0;
        all =
        [
            .. _hands.OrderBy(static hand => hand.Ticket).SelectMany(static hand => hand.TakeAll()),
            .. all.OrderBy(static item => item.Place),
            .. CopyFound(),
        ];
        _foundCount = 0;
        _gate.Exit();
        return all;
    }

    private void Know(Handful<T> hand)
    {
        if (hand.Ticket == 0)
        {
            _hands.Add(hand);
        }

        hand.Ticket = ++_tickets;
    }

    private void LeaveSettled(Claim<T> claim, int settled)
    {
        for (; claim.Left < settled; claim.Left++)
        {
            int id = (int)claim.PlaceOf_NeedsLock(claim.Left);
            ref Lane lane = ref _lanes[id];
            Debug.Assert(lane.Running > 0, "An item leaves once.");
            lane.Running--;
            _running--;
            Note(id, ref lane);
        }
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

        if (lane.IsRunnable)
        {
            _startable++;
        }
        else
        {
            Note(id, ref lane);
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
        _startable += lane.Count;
    }

    /// <summary>Takes the first runnable lane out.</summary>
    private void Unlink(ref Lane lane)
    {
        lane.IsRunnable = false;
        _firstRunnable = lane.Next;
        _runnable--;
        _startable -= lane.Count;
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

        /// <summary>The ticket of the hand into which the finder last put an item of this lane.</summary>
        public long Ticket;

        /// <summary>The next lane that can be run.</summary>
        public int Next;

        public bool IsRunnable;

        /// <summary>Whether the finder will look whether it is empty.</summary>
        public bool IsNoted;

        public readonly bool IsEmpty => Running == 0 && Count == 0;
    }
}
