using System.Diagnostics;

namespace ProducerConsumer;

/// <summary>How results come into the window.</summary>
internal sealed partial class ResultWindow<T, TOut>
{
    /// <summary>
    /// Holds the calls of a claim that have ended as one row, if they have nothing of their own to be kept item by item, and
    /// no more results than there are items.
    /// </summary>
    private bool TryHoldRow(Claim<T> claim, int settled, OrderedOutlet<T, TOut> outlet)
    {
        ReadOnlySpan<T> items = claim.Items_NeedsLock(claim.Booked_NeedsLock, settled);
        ReadOnlySpan<TOut> results = outlet.Ended_NeedsLock(claim.Booked_NeedsLock, settled);
        long first = claim.PlaceOf_NeedsLock(claim.Booked_NeedsLock);
        ref Slot slot = ref _slots[first];
        if (!claim.IsPlain || slot.WasRunning || results.Length > items.Length)
        {
            return false;
        }

        Debug.Assert(claim.PlaceOf_NeedsLock(settled - 1) == first + items.Length - 1, "The items of a fill are numbered in a row.");
        _rowItems.Write(first, items);
        _rowResults.Write(first, results);
        slot.Row = new Row { Items = items.Length, Results = results.Length };
        Held += items.Length;
        outlet.Remove_NeedsLock(results.Length);
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

    /// <summary>Results of a row have gone on; with the last of them its items are completed.</summary>
    private void EndRow(long first, ref Slot slot, ref Released released)
    {
        ref Row row = ref slot.Row;
        _rowResults.Forget(first + row.Gone, slot.Released);
        row.Gone += slot.Released;
        slot.Released = 0;
        if (row.Gone < row.Results)
        {
            return;
        }

        int items = row.Items;
        _rowItems.Forget(first, items);
        Held -= items;
        released.Completed += items;
        slot = default;
        if (first == Head)
        {
            Free(items);
            return;
        }

        // Closed, else it would have waited for those before it.
        for (int i = 0; i < items; i++)
        {
            _slots[first + i].State = SlotState.Over;
        }
    }

    /// <summary>
    /// Items one after the other whose calls have ended, and their results: what most claims come to. They are moved and
    /// completed together, which costs a fraction of what as many slots cost.
    /// </summary>
    private struct Row
    {
        /// <summary>How many items; 0 for no row.</summary>
        public int Items;

        /// <summary>How many results.</summary>
        public int Results;

        /// <summary>How many of the results have gone on.</summary>
        public int Gone;
    }
}
