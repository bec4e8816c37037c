using System.Numerics;

namespace ProducerConsumer;

/// <inheritdoc/>
/// <param name="size">The most items that are begun and not over: 1 or more.</param>
/// <param name="buffer">The buffer of the stage, whose lock guards the window.</param>
/// <param name="next">The buffer where the results go.</param>
/// <param name="source">The name of the stage.</param>
internal sealed class ResultWindow<T, TOut>(int size, BoundedBuffer<T> buffer, BoundedBuffer<TOut> next, string source)
    : ResultWindow<T>(size)
{
    private readonly Edge _edge = next.AddEdge(source);

    /// <summary>The slots, item by item from the number modulo their count, a power of two: grows with use.</summary>
    private Slot[] _slots = new Slot[16];

    /// <summary>Whether somebody is releasing.</summary>
    private bool _isReleasing;

    /// <summary>How many of the oldest items are being released as a whole.</summary>
    private int _items;

    /// <summary>How many results of the item after them are being released: its call is running, or they are many.</summary>
    private int _part;

    private enum SlotState
    {
        /// <summary>The item is free, running or to be run again.</summary>
        Open,

        /// <summary>The call has ended, and the item is completed when its results have gone on.</summary>
        Ended,

        /// <summary>The item is in the books, and only its results go on.</summary>
        Over,
    }

    public override bool CanRelease => !_isReleasing && !IsEmpty && SlotOf(Head) is { } slot && (slot.State != SlotState.Open || slot.Results.Count > 0);

    public override void Hold(Claim<T> claim, int settled, bool isOwner)
    {
        OrderedOutlet<T, TOut> outlet = (OrderedOutlet<T, TOut>)claim.Outlet!;
        for (int i = claim.Booked_NeedsLock; i < settled; i++)
        {
            ref Slot slot = ref SlotOf(claim.PlaceOf_NeedsLock(i));
            slot.Item = claim.SingleOf_NeedsLock(i);
            slot.State = SlotState.Ended;
            Held++;
            outlet.MoveEnded_NeedsLock(i, ref slot.Results);
        }

        if (outlet.CountRunning_NeedsLock(settled) is > 0 and int count)
        {
            ref Slot slot = ref SlotOf(claim.PlaceOf_NeedsLock(settled));
            slot.Item = claim.SingleOf_NeedsLock(settled);
            outlet.Move_NeedsLock(count, ref slot.Results);
        }

        if (isOwner)
        {
            outlet.Begin_NeedsLock();
        }
    }

    public override void End(long place) => SlotOf(place).State = SlotState.Over;

    public override CallResults Take(long place)
    {
        ref Slot slot = ref SlotOf(place);
        slot.State = SlotState.Over;
        return slot.TakeResults();
    }

    public override List<(Single<T> Item, int Emitted)> CopyHeld()
    {
        List<(Single<T> Item, int Emitted)> held = [];
        for (long number = Head; number < Next; number++)
        {
            ref Slot slot = ref SlotOf(number);
            if (slot.State == SlotState.Ended)
            {
                held.Add((slot.Item, slot.Results.Emitted));
            }
        }

        return held;
    }

    public override int EmittedOf(long place) => SlotOf(place).Results.Emitted;

    /// <summary>Copies the oldest results that may go on; false when there are none, or somebody else is at it.</summary>
    /// <param name="run">Where to.</param>
    /// <param name="most">The most results: 1 or more.</param>
    public bool TryBeginRelease(ReleaseRun<TOut> run, int most)
    {
        if (!CanRelease)
        {
            return false;
        }

        run.Begin();
        _items = 0;
        _part = 0;
        for (long number = Head; number < Next; number++)
        {
            ref Slot slot = ref SlotOf(number);
            int count = run.Add(slot.Results, slot.Item.Context, most);
            if (slot.State == SlotState.Open || count < slot.Results.Count)
            {
                _part = count;
                break;
            }

            _items++;
        }

        _isReleasing = _items > 0 || _part > 0;
        return _isReleasing;
    }

    public override Released<T> EndRelease(bool isRefused)
    {
        Released<T> released = default;
        _isReleasing = false;
        for (int i = 0; i < _items; i++)
        {
            ref Slot slot = ref SlotOf(Head);
            if (slot.State == SlotState.Ended)
            {
                Settle(ref slot, hasGoneOn: !isRefused, ref released);
            }

            slot = default;
            Free();
        }

        if (_part > 0 && !isRefused)
        {
            SlotOf(Head).Results.Remove(_part);
        }

        _items = 0;
        _part = 0;
        return released;
    }

    public override Released<T> TakeHeld()
    {
        Released<T> released = default;

        // What is being released is for the one who does it; that of an item in part is, too.
        for (long number = Head + _items + (_part > 0 ? 1 : 0); number < Next; number++)
        {
            ref Slot slot = ref SlotOf(number);
            if (slot.State == SlotState.Ended)
            {
                Settle(ref slot, hasGoneOn: false, ref released);
                slot.State = SlotState.Over;
            }
        }

        return released;
    }

    /// <summary>Releases what may go on. To be called again when what it returns is complete: then there is room for more.</summary>
    /// <param name="claim">The claim of the worker, whose results are held first.</param>
    /// <param name="run">Memory of the worker's own, until what it returns is complete.</param>
    public ValueTask<bool> ReleaseAsync(Claim<T> claim, ReleaseRun<TOut> run)
    {
        ValueTask<bool> delivery = new(true);

        // What there is room for, and without any, as much as a worker may hold back.
        while (delivery.IsCompletedSuccessfully
            && buffer.TryBeginRelease(this, claim, run, Math.Clamp(next.Room, next.MaxLocalBatch, run.Size)))
        {
            delivery.GetAwaiter().GetResult(); // What it stands for goes back to its pool.
            delivery = Release(run);
        }

        return delivery;
    }

    /// <summary>As <see cref="Offer()"/>, for a worker that waits for something else: its own results first.</summary>
    public void Offer(Claim<T> claim)
    {
        buffer.Hold(claim);
        Offer();
    }

    public override void Offer()
    {
        while (next.Room is > 0 and int room)
        {
            ReleaseRun<TOut> run = new(); // Its memory may be in use for as long as there is no room after all.
            if (!buffer.TryBeginRelease(this, claim: null, run, Math.Min(room, run.Size)))
            {
                return;
            }

            _ = Release(run).AsTask(); // Accepted, so that a close finds the results wherever they wait.
        }

        buffer.Watch();
    }

    private ValueTask<bool> Release(ReleaseRun<TOut> run)
    {
        bool isRefused = run.Count > 0 && next.HasEnded;
        ValueTask<bool> delivery = isRefused || run.Count == 0 ? new ValueTask<bool>(true) : next.DeliverManyAsync(run.Share(), _edge);
        buffer.EndRelease(isRefused);
        return delivery;
    }

    protected override void Reserve(int count)
    {
        if (count > _slots.Length)
        {
            Slot[] larger = new Slot[Math.Max(2 * _slots.Length, (int)BitOperations.RoundUpToPowerOf2((uint)count))];
            for (long number = Head; number < Next; number++)
            {
                larger[number & (larger.Length - 1)] = SlotOf(number);
            }

            _slots = larger;
        }
    }

    /// <summary>An item whose call has ended leaves the window.</summary>
    private void Settle(ref Slot slot, bool hasGoneOn, ref Released<T> released)
    {
        Held--;
        if (hasGoneOn || slot.Results.Count == 0)
        {
            released.Complete(slot.Item.Context);
        }
        else
        {
            released.Return(slot.Item, slot.TakeResults());
        }
    }

    private ref Slot SlotOf(long number) => ref _slots[number & (_slots.Length - 1)];

    /// <summary>An item and what it was turned into.</summary>
    private struct Slot
    {
        public ResultQueue<TOut> Results;
        public Single<T> Item;
        public SlotState State;

        public CallResults TakeResults()
        {
            CallResults results = new(Results.Emitted, Results.ToObjects());
            Results.Clear();
            return results;
        }
    }
}
