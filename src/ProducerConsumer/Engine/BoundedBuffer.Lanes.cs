namespace ProducerConsumer;

/// <summary>A stage that handles the items of one key one after the other.</summary>
internal sealed partial class BoundedBuffer<T>
{
    /// <summary>The items by keys; null for a stage without any. Has a lock of its own, to be entered inside of this one.</summary>
    private Lanes<T>? _lanes;

    /// <summary>
    /// How many items left the buffer for their lanes and are in no claim yet: their keys are being found, or they wait in
    /// a lane, or are in a worker's hand. They keep their places in the capacity. Guarded by the lock.
    /// </summary>
    private int _laned;

    /// <summary>The worker that finds keys: one at a time, or items of one key would come into their lane out of order. Guarded by the lock.</summary>
    private ItemWorker<T>? _finder;

    /// <summary>Has the items of one key handled one after the other. Before the start.</summary>
    public void Partition(Lanes<T> lanes) => _lanes = lanes;

    /// <summary>Whether the items of one key are handled one after the other.</summary>
    public bool HasKeys => _lanes is not null;

    /// <summary>
    /// The worker's calls that have ended make way for others of their lanes, and it takes items that can be begun into its
    /// hand. By a worker that is about to claim items; not if it is to do something else first.
    /// </summary>
    public void TakeFromLanes(ItemWorker<T> worker, int most)
    {
        Handful<T> hand = worker.Hand!;
        if (hand.Count == 0)
        {
            most = worker.HasEnded || worker.IsCalledBack ? 0 : Math.Min(most, worker.Claim.Size);
            _lanes!.Take(worker.Claim, hand, most, _workers!.Active, Capacity);
        }
    }

    /// <summary>Finds the keys of the oldest items. By the worker that was told to, outside the lock: keys are code of the application's.</summary>
    public void FindKeys(ItemWorker<T> worker) => _lanes!.Find(this, worker.Hand!, Capacity);

    /// <summary>Whether a worker that has nothing else to do is to find keys, or to forget lanes that are empty.</summary>
    private bool MustFindKeys_NeedsLock => _lanes is not null && _finder is null && (_items.Count > 0 || _lanes.HasEmpty);

    private void BeginFinding_NeedsLock(ItemWorker<T> worker, int most, ref Signals signals)
    {
        _finder = worker;
        int found = _lanes!.BeginFinding(_items, ShareOf_NeedsLock(_items.Count, Math.Min(most, worker.Claim.Size)));
        _laned += found;
        _items.Reserved += found;
        Refill_NeedsLock(ref signals);
    }

    /// <summary>The worker comes with what it took from lanes: moves it into its claim. Nothing is left of it after a close.</summary>
    private void ClaimHand_NeedsLock(ItemWorker<T> worker, ref Signals signals)
    {
        if (_finder == worker)
        {
            _finder = null;
        }

        Handful<T> hand = worker.Hand!;
        if (hand.Count is > 0 and int count)
        {
            hand.MoveTo_NeedsLock(worker.Claim, Fill_NeedsLock(worker.Claim, count, ref signals));
            _laned -= count;
            _gate.State.Claimed += count;
            _items.Reserved -= count;
            signals.IsQuick = count >= _quickClaim;
            Refill_NeedsLock(ref signals);
        }
    }

    /// <summary>Gives items back to their lanes that were taken away from a claim, in their order, or that come again.</summary>
    private void ReturnToLanes_NeedsLock(ReadOnlySpan<Single<T>> items)
    {
        for (int i = items.Length - 1; i >= 0; i--)
        {
            _lanes!.Return(items[i]);
        }

        _laned += items.Length;
    }

    /// <summary>The calls of a claim have ended: other items of their lanes may be begun.</summary>
    private void LeaveLanes_NeedsLock(Claim<T> claim, int settled)
    {
        if (claim.Left < settled)
        {
            _lanes!.Leave(claim, settled);
        }
    }
}
