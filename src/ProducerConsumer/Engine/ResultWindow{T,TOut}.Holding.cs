using System.Diagnostics;

namespace ProducerConsumer;

/// <summary>How results come into the window.</summary>
/// <remarks>
/// What most claims come to is a row: items one after the other whose calls have ended with one result each. They are moved
/// and completed together, which costs a fraction of what as many slots cost.
/// </remarks>
internal sealed partial class ResultWindow<T, TOut>
{
    /// <summary>The items of rows, each at its number.</summary>
    private NumberedRing<T> _rowItems = new();

    /// <summary>Their results.</summary>
    private NumberedRing<TOut> _rowResults = new();

    /// <summary>Holds the calls of a claim that have ended as one row; false when they are not one.</summary>
    private bool TryHoldRow(Claim<T> claim, int settled, OrderedOutlet<T, TOut> outlet)
    {
        int booked = claim.Booked_NeedsLock;
        long first = claim.PlaceOf_NeedsLock(booked);
        ref Slot slot = ref _slots[first];
        if (!claim.IsPlain || slot.Results.Count > 0 || !outlet.HasOneEach_NeedsLock(booked, settled))
        {
            return false;
        }

        int count = settled - booked;
        Debug.Assert(claim.PlaceOf_NeedsLock(settled - 1) == first + count - 1, "The items of a fill are numbered in a row.");
        _rowItems.Write(first, claim.Items_NeedsLock(booked, settled));
        _rowResults.Write(first, outlet.Oldest_NeedsLock(count));
        outlet.Remove_NeedsLock(count);
        slot.Row = count;
        Held += count;
        return true;
    }

    private void HoldEach(Claim<T> claim, int settled, OrderedOutlet<T, TOut> outlet)
    {
        for (int i = claim.Booked_NeedsLock; i < settled; i++)
        {
            ref Slot slot = ref _slots[claim.PlaceOf_NeedsLock(i)];
            slot.Item = claim.SingleOf_NeedsLock(i);
            slot.State = SlotState.Ended;
            Held++;
            outlet.MoveEnded_NeedsLock(i, ref slot.Results);
        }
    }

    /// <summary>The first results of a row have gone on: their items are completed, and the others are a row of their own.</summary>
    private void EndRow(long first, ref Released released)
    {
        (int row, int gone) = (_slots[first].Row, _slots[first].Released);
        _rowItems.Forget(first, gone);
        _rowResults.Forget(first, gone);
        Held -= gone;
        released.Completed += gone;
        _slots[first] = default;
        if (gone < row)
        {
            _slots[first + gone].Row = row - gone;
        }

        if (first == Head)
        {
            Free(gone);
            return;
        }

        // Closed, else it would have waited for those before it.
        for (int i = 0; i < gone; i++)
        {
            _slots[first + i].State = SlotState.Over;
        }
    }
}
