namespace ProducerConsumer;

/// <inheritdoc/>
/// <param name="size">The most items that are begun and not over: 1 or more.</param>
/// <param name="buffer">The buffer of the stage, whose lock guards the window.</param>
/// <param name="next">The buffer where the results go.</param>
/// <param name="source">The name of the stage.</param>
internal sealed partial class ResultWindow<T, TOut>(int size, BoundedBuffer<T> buffer, BoundedBuffer<TOut> next, string source)
    : ResultWindow<T>(size)
{
    private NumberedRing<Slot> _slots = new();

    /// <summary>Where the items end that are being released.</summary>
    private long _runEnd;

    private enum SlotState
    {
        /// <summary>The item is running, or to be run again, or it is one of a row.</summary>
        Open,

        /// <summary>The call has ended, and the item is completed when its results have gone on.</summary>
        Ended,

        /// <summary>The item is in the books, and only its results go on.</summary>
        Over,
    }

    public override bool HasNews
    {
        get
        {
            bool hasNews = false;
            for (long number = Head; number < Next && !hasNews; number++)
            {
                hasNews = _slots[number].HasNews;
            }

            return hasNews;
        }
    }

    public override bool OldestHasNews => !IsEmpty && _slots[Head].HasNews;

    public override bool Hold(Claim<T> claim, int settled, bool isOwner)
    {
        OrderedOutlet<T, TOut> outlet = (OrderedOutlet<T, TOut>)claim.Outlet!;
        if (claim.Booked_NeedsLock < settled && !TryHoldRow(claim, settled, outlet))
        {
            HoldEach(claim, settled, outlet);
        }

        int count = outlet.CountRunning_NeedsLock(settled);
        if (count > 0)
        {
            ref Slot slot = ref _slots[claim.PlaceOf_NeedsLock(settled)];
            slot.Item = claim.SingleOf_NeedsLock(settled);
            outlet.Move_NeedsLock(count, ref slot.Results);
        }

        if (isOwner)
        {
            outlet.Begin_NeedsLock();
        }

        return count > 0;
    }

    public override void End(long place)
    {
        ref Slot slot = ref _slots[place];
        slot.State = SlotState.Over;
        if (slot.Results.Count > 0 && slot.Item.Context is { } context)
        {
            context.Share(); // The item lets go of it, and the results share it only when they go on.
            slot.HoldsContext = true;
        }

        if (!IsReleasing)
        {
            FreeOldest();
        }
    }

    public override List<Single<T>> CopyHeld()
    {
        List<Single<T>> held = [];
        for (long number = Head; number < Next; number++)
        {
            ref Slot slot = ref _slots[number];
            if (slot.State == SlotState.Ended)
            {
                held.Add(slot.Item);
            }

            for (int i = 0; i < slot.Row; i++)
            {
                held.Add(new Single<T>(_rowItems[number + i], Context: null));
            }
        }

        return held;
    }

    /// <summary>Copies the oldest results that may go on; false when there is nothing to release, or somebody else is at it.</summary>
    /// <param name="run">Where to.</param>
    /// <param name="most">The most results: 1 or more.</param>
    /// <param name="isClosed">Whether there is no order any more, since nothing is begun with the results.</param>
    public bool TryBeginRelease(ReleaseRun<TOut> run, int most, bool isClosed)
    {
        if (IsReleasing)
        {
            return false;
        }

        run.Begin();
        _runEnd = Head;
        while (_runEnd < Next)
        {
            ref Slot slot = ref _slots[_runEnd];
            IsReleasing |= slot.HasNews;
            Span<TOut> room = run.Add(slot.Waiting, slot.Item.Context, most);
            slot.Released = room.Length;
            if (slot.Row > 0)
            {
                _rowResults.Read(_runEnd, room);
            }
            else
            {
                slot.Results.CopyTo(room);
            }

            _runEnd += Math.Max(slot.Row, 1);
            if (!isClosed && (slot.IsOpen || slot.Released < slot.Waiting))
            {
                break; // What follows has to wait for more of this one.
            }
        }

        return IsReleasing;
    }

    public override Released EndRelease()
    {
        Released released = default;
        IsReleasing = false;
        for (long number = Head, next; number < _runEnd; number = next)
        {
            ref Slot slot = ref _slots[number];
            next = number + Math.Max(slot.Row, 1);
            if (slot.Row > 0)
            {
                EndRow(number, ref released);
                continue;
            }

            if (slot.State == SlotState.Ended && slot.Released == slot.Results.Count)
            {
                Held--;
                released.Complete(slot.Item.Context);
                slot = new Slot { State = SlotState.Over };
            }
            else
            {
                slot.Results.Remove(slot.Released);
                slot.Released = 0;
                if (slot.HoldsContext && slot.Results.Count == 0)
                {
                    slot.HoldsContext = false;
                    released.LetGo(slot.Item.Context!);
                }
            }

            if (number == Head && slot.IsFree)
            {
                slot = default;
                Free(1);
            }
        }

        FreeOldest();
        return released;
    }

    protected override void Reserve(int count)
    {
        _slots.Reserve(count, Head, Next);
        _rowItems.Reserve(count, Head, Next);
        _rowResults.Reserve(count, Head, Next);
    }

    private void FreeOldest()
    {
        while (!IsEmpty && _slots[Head].IsFree)
        {
            _slots[Head] = default;
            Free(1);
        }
    }

    /// <summary>An item and what it was turned into, or a row of items of which it is the first.</summary>
    private struct Slot
    {
        public ResultQueue<TOut> Results;
        public Single<T> Item;

        /// <summary>How many items the row has; 0 for none.</summary>
        public int Row;

        public SlotState State;

        /// <summary>Whether the context is held for results of an item that is in the books.</summary>
        public bool HoldsContext;

        /// <summary>How many results are being released.</summary>
        public int Released;

        /// <summary>How many results wait.</summary>
        public readonly int Waiting => Row > 0 ? Row : Results.Count;

        /// <summary>Whether something changes with a release.</summary>
        public readonly bool HasNews => State == SlotState.Ended || Results.Count > 0 || Row > 0;

        /// <summary>Whether more results may come.</summary>
        public readonly bool IsOpen => State == SlotState.Open && Row == 0;

        public readonly bool IsFree => State == SlotState.Over && Results.Count == 0;
    }
}
