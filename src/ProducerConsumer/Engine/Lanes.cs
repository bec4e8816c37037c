using System.Diagnostics;

namespace ProducerConsumer;

/// <summary>
/// The order of a stage that handles the items of one key one after the other: each key that has items is a lane. Workers
/// take items from lanes of which nobody has one; a lane without any is gone.
/// </summary>
/// <remarks>
/// <para>Lanes have a lock of their own, so that writers do not wait for what is done for the items of a claim: it takes
/// longer than all else in the buffer. Who holds the lock of the buffer may enter this one, never the other way round. It
/// guards all but the finding of keys, which are code of the application's.</para>
/// <para>The oldest items are picked from the buffer, some at a time. One worker at a time, the finder, finds their lanes
/// outside of both locks, and puts them there. Workers take items from lanes into their hands
/// (<see cref="Handful{T}"/>), and from there into their claims. The lanes are numbered, and kept in arrays: a lane costs no
/// memory of its own.</para>
/// <para>A lane of which nobody has an item, and in which none waits, is forgotten; not while somebody finds lanes, who may
/// have found that one.</para>
/// </remarks>
/// <param name="forgetsKeys">Whether the key of a lane that is gone is to be forgotten, since it refers to objects.</param>
internal abstract partial class Lanes<T>(bool forgetsKeys)
{
    private readonly SpinGate _gate = new();

    /// <summary>Numbers the items in the order in which they came.</summary>
    private long _arrivals;

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
    /// those that can be begun by now: one of each lane, or more if there are few lanes. If there are none, it finds lanes
    /// for those that were picked, unless somebody is at it. Outside of the buffer's lock, since keys are code of the
    /// application's; never throws.
    /// </summary>
    /// <param name="claim">The worker's claim.</param>
    /// <param name="hand">Where to put the items; it is empty.</param>
    /// <param name="most">The most items to take; 0 if the worker is not to take any.</param>
    /// <param name="mayFind">Whether the worker may find lanes.</param>
    /// <param name="workers">How many workers share the items, about.</param>
    /// <param name="buffer">The buffer.</param>
    /// <returns>Whether code of the application's was called.</returns>
    public bool Take(Claim<T> claim, Handful<T> hand, int most, bool mayFind, int workers, BoundedBuffer<T> buffer)
    {
        hand.Reserve(most);
        _gate.Enter();
        Know(hand);
        LeaveSettled(claim, claim.Settled_NeedsLock);
        if (_startable > 0)
        {
            TakeRunnable(hand, ShareOf(_startable, most, workers, buffer));
        }

        int finds = mayFind && hand.Count == 0 && most > 0 ? BeginFinding() : 0;
        _gate.Exit();
        if (finds > 0)
        {
            FindLanes(buffer, finds);
            EndFinding(finds, hand, most, workers, buffer);
        }

        return finds > 0;
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
                all.Add(RemoveFirst(id));
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
            .. CopyPicked(),
        ];
        _picked = 0;
        ForgetPicked(MaxPicked);
        _gate.Exit();
        return all;
    }

    private void TakeRunnable(Handful<T> hand, int share)
    {
        while (hand.Count < share && _firstRunnable >= 0)
        {
            int id = _firstRunnable;
            ref Lane lane = ref _lanes[id];
            bool isRepeated = _lines[id].First.Attempts > 0;
            if (isRepeated && hand.Count > 0)
            {
                return; // A call that is repeated is made on its own.
            }

            int count = isRepeated ? 1 : Math.Clamp((share - hand.Count) / _runnable, 1, lane.Count);
            Unlink(ref lane);
            lane.Running += count;
            _running += count;
            if (isRepeated)
            {
                hand.AddAgain(RemoveFirst(id), id);
                return;
            }

            while (count-- > 0)
            {
                Single<T> first = RemoveFirst(id);
                hand.Add(first.Item, id, first.Context);
            }
        }
    }

    /// <summary>A fair share of the items, and no more in the hands of workers than the buffer itself holds, but for one each.</summary>
    private int ShareOf(int startable, int most, int workers, BoundedBuffer<T> buffer) =>
        Math.Min(most, Math.Max(1, Math.Min(startable / workers, buffer.Capacity - _running)));

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
        int first = claim.Left;
        if (first >= settled)
        {
            return; // Who looks at the claim of another may come late.
        }

        if (TryLeaveBegun(claim, settled))
        {
            return;
        }

        Lane[] lanes = _lanes;
        foreach (long place in claim.Places_NeedsLock(first, settled))
        {
            ref Lane lane = ref lanes[(int)place];
            Debug.Assert(lane.Running > 0, "An item leaves once.");
            lane.Running--;
            Note((int)place, ref lane);
        }

        _running -= settled - first;
        claim.Left = settled;
    }
}
