using System.Numerics;

namespace ProducerConsumer;

/// <inheritdoc/>
/// <param name="size">The most items that are begun and not over: 1 or more.</param>
/// <param name="buffer">The buffer of the stage, whose lock guards the window.</param>
/// <param name="next">The buffer where the results go.</param>
/// <param name="source">The name of the stage.</param>
internal sealed partial class ResultWindow<T, TOut>(int size, BoundedBuffer<T> buffer, BoundedBuffer<TOut> next, string source)
    : ResultWindow<T>(size)
{
    /// <summary>The slots: that of an item is its number modulo their count, a power of two. Grows with use.</summary>
    private Slot[] _slots = new Slot[16];

    /// <summary>Where the items end that are being released.</summary>
    private long _runEnd;

    private enum SlotState
    {
        /// <summary>The item is running, or to be run again.</summary>
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
                hasNews = SlotOf(number).HasNews;
            }

            return hasNews;
        }
    }

    public override bool CanRelease => !IsReleasing && !IsEmpty && SlotOf(Head).HasNews;

    public override bool Hold(Claim<T> claim, int settled, bool isOwner)
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

        int count = outlet.CountRunning_NeedsLock(settled);
        if (count > 0)
        {
            ref Slot slot = ref SlotOf(claim.PlaceOf_NeedsLock(settled));
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
        ref Slot slot = ref SlotOf(place);
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
            if (SlotOf(number).State == SlotState.Ended)
            {
                held.Add(SlotOf(number).Item);
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
            ref Slot slot = ref SlotOf(_runEnd);
            IsReleasing |= slot.HasNews;
            slot.Released = run.Add(slot.Results, slot.Item.Context, most);
            _runEnd++;
            if (!isClosed && (slot.State == SlotState.Open || slot.Released < slot.Results.Count))
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
        for (long number = Head; number < _runEnd; number++)
        {
            ref Slot slot = ref SlotOf(number);
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
                Free();
            }
        }

        FreeOldest();
        return released;
    }

    protected override void Reserve(int count)
    {
        if (count > _slots.Length)
        {
            Slot[] larger = new Slot[(int)BitOperations.RoundUpToPowerOf2((uint)count)];
            for (long number = Head; number < Next; number++)
            {
                larger[number & (larger.Length - 1)] = SlotOf(number);
            }

            _slots = larger;
        }
    }

    private void FreeOldest()
    {
        while (!IsEmpty && SlotOf(Head).IsFree)
        {
            SlotOf(Head) = default;
            Free();
        }
    }

    private ref Slot SlotOf(long number) => ref _slots[number & (_slots.Length - 1)];

    /// <summary>An item and what it was turned into.</summary>
    private struct Slot
    {
        public ResultQueue<TOut> Results;
        public Single<T> Item;
        public SlotState State;

        /// <summary>Whether the context is held for results of an item that is in the books.</summary>
        public bool HoldsContext;

        /// <summary>How many results are being released.</summary>
        public int Released;

        /// <summary>Whether something changes with a release.</summary>
        public readonly bool HasNews => State == SlotState.Ended || Results.Count > 0;

        public readonly bool IsFree => State == SlotState.Over && Results.Count == 0;
    }
}
