namespace ProducerConsumer;

/// <summary>A stage that handles the items of one key one after the other.</summary>
internal sealed partial class BoundedBuffer<T>
{
    /// <summary>The items by keys; null for a stage without any. An item is here once its key is known, and until it is begun.</summary>
    private Lanes<T>? _lanes;

    /// <summary>Has the items of one key handled one after the other. Before the start.</summary>
    public void Partition(Lanes<T> lanes) => _lanes = lanes;

    /// <summary>Finds the keys of the oldest items. By the worker that was told to, outside the lock: keys are code of the application's.</summary>
    public void FindKeys() => _lanes!.FindLanes(this);

    /// <summary>Whether a worker that has nothing else to do is to find keys, or to forget lanes that are empty.</summary>
    private bool MustFindKeys_NeedsLock => _lanes is { IsDispatching: false } && (_items.Count > 0 || _lanes.HasEmpty);

    private void FillFromLanes_NeedsLock(Claim<T> claim, int most, ref Signals signals)
    {
        _lanes!.Take(claim, Fill_NeedsLock(claim, most, ref signals));
        _gate.State.Claimed += claim.Filled;
        _items.Reserved -= claim.Filled;
        Refill_NeedsLock(ref signals);
    }

    /// <summary>The worker has found keys: moves the items into its claim, as many as are its share, and into lanes.</summary>
    private void FillWithFound_NeedsLock(Claim<T> claim, int most, ref Signals signals)
    {
        int share = ShareOf_NeedsLock(_items.Count + _lanes!.Startable, Math.Min(most, claim.Size));
        _lanes.EndDispatch(_items, claim, Fill_NeedsLock(claim, share, ref signals));
        _gate.State.Claimed += claim.Filled;
        signals.IsQuick = claim.Filled >= _quickClaim;
        Refill_NeedsLock(ref signals);
    }

    /// <summary>Gives the items that were taken away from a claim back to their lanes, in their order.</summary>
    private void ReturnToLanes_NeedsLock(Single<T>[] items)
    {
        for (int i = items.Length - 1; i >= 0; i--)
        {
            _lanes!.Return(items[i]);
        }

        _gate.State.Claimed -= items.Length;
        _items.Reserved += items.Length;
    }

    /// <summary>The calls of a claim have ended: other items of their lanes may be begun.</summary>
    private void LeaveLanes_NeedsLock(Claim<T> claim, int settled)
    {
        for (int i = claim.Booked_NeedsLock; i < settled; i++)
        {
            _lanes!.Leave(claim.PlaceOf_NeedsLock(i));
        }
    }
}
