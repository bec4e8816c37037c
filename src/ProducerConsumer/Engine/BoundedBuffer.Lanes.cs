namespace ProducerConsumer;

/// <summary>A stage that handles the items of one key one after the other.</summary>
internal sealed partial class BoundedBuffer<T>
{
    /// <summary>The items by keys; null for a stage without any. An item is here once its key is known, and until it is begun.</summary>
    private Lanes<T>? _lanes;

    /// <summary>Items on their way from lanes to a claim. Guarded by the lock.</summary>
    private Single<T>[] _taken = [];

    /// <summary>Has the items of one key handled one after the other. Before the start.</summary>
    public void Partition(Lanes<T> lanes)
    {
        _lanes = lanes;
        _taken = new Single<T>[MaxBatch];
    }

    /// <summary>Finds the keys of the oldest items. By the worker that was told to.</summary>
    public void FindKeys()
    {
        _lanes!.FindLanes();
        Signals signals = default;
        using (EnterSection())
        {
            _lanes.EndDispatch(_items);
            CallWorkerForMore_NeedsLock(ref signals);
        }

        Raise(ref signals);
    }

    /// <summary>Whether a worker that has nothing else to do is to find keys, or to forget lanes that are empty.</summary>
    private bool MustFindKeys_NeedsLock => _lanes is { IsDispatching: false } && (_items.Count > 0 || _lanes.HasEmpty);

    private void FillFromLanes_NeedsLock(Claim<T> claim, int most, ref Signals signals)
    {
        Span<Single<T>> singles = _taken.AsSpan(0, most);
        int count = _lanes!.Take(singles);
        Span<T> items = Fill_NeedsLock(claim, count, ref signals);
        Span<long> places = claim.FillPlaces_NeedsLock();
        claim.Attempts = singles[0].Attempts;
        for (int i = 0; i < count; i++)
        {
            items[i] = singles[i].Item;
            places[i] = singles[i].Place;
            if (singles[i].Context is { } context)
            {
                claim.FillContexts_NeedsLock()[i] = context;
            }
        }

        singles[..count].Clear();
        _gate.State.Claimed += count;
        _items.Reserved -= count;
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
