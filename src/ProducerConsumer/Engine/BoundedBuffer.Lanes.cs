using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>A stage that handles the items of one key one after the other.</summary>
internal sealed partial class BoundedBuffer<T>
{
    /// <summary>The items by keys; null for a stage without any. Has a lock of its own, to be entered inside of this one.</summary>
    private Lanes<T>? _lanes;

    /// <summary>
    /// How many items left the buffer for their lanes and are in no claim yet: they are picked, or wait in a lane, or are in a
    /// worker's hand. They keep their places in the capacity. Guarded by the lock.
    /// </summary>
    private int _laned;

    /// <summary>Has the items of one key handled one after the other. Before the start.</summary>
    /// <param name="lanes">The lanes.</param>
    /// <param name="quickCall">What <see cref="CallPace"/> takes for quick. 0 where an item keeps its lane while it waits to be delivered again.</param>
    public void Partition(Lanes<T> lanes, int quickCall)
    {
        _lanes = lanes;
        _pace = new CallPace(quickCall);
    }

    /// <summary>Whether the items of one key are handled one after the other.</summary>
    public bool HasKeys => _lanes is not null;

    /// <summary>About how many items wait that are not picked; read without the lock.</summary>
    public int Waiting => _items.Count;

    /// <summary>
    /// The worker's calls that have ended make way for others of their lanes, and it takes items that can be begun into its
    /// hand. By a worker that is about to claim items; it takes none if it is to do something else first, and finds no keys
    /// before it has arrived: until then nobody else can be called. Outside the lock.
    /// </summary>
    /// <returns>Whether code of the application's was called.</returns>
    public bool TakeFromLanes(ItemWorker<T> worker, int most)
    {
        most = worker.HasEnded || worker.IsCalledBack ? 0 : Math.Min(most, worker.Claim.Size);
        return _lanes!.Take(worker.Claim, worker.Hand!, most, mayFind: !worker.IsCalled, _workers!.Active, this);
    }

    /// <summary>
    /// The worker comes with what it took from lanes: moves it into its claim, and picks more items, for whoever is free
    /// first. Nothing is left of either after a close.
    /// </summary>
    private void ClaimHand_NeedsLock(ItemWorker<T> worker, int most, ref Signals signals)
    {
        Handful<T> hand = worker.Hand!;
        int count = hand.Count;
        _pace.Judge(worker.TakeElapsed(), worker.Claim.Filled);

        if (count > 0)
        {
            hand.MoveTo_NeedsLock(worker.Claim, Fill_NeedsLock(worker.Claim, count, ref signals));
            _gate.State.Claimed += count;
            if (!_pace.IsQuick && _soloist == worker.Claim)
            {
                DismissSoloist_NeedsLock();
            }
        }
        else if (TryPlaySolo_NeedsLock(worker, most, ref signals))
        {
            return;
        }

        // Not in advance by one that could do without lanes: they are to become empty.
        bool picks = _items.Count > 0 && _soloist is null && !(_pace.IsQuick && count > 0);
        int picked = picks ? _lanes!.Pick(_items, Math.Min(most, worker.Claim.Size)) : 0;
        _laned += picked - count;
        _items.Reserved += picked - count;
        signals.IsQuick = count >= _quickClaim;
        if (count > 0 || picked > 0)
        {
            Refill_NeedsLock(ref signals);
        }
    }

    /// <summary>Whether a worker finds something in lanes, or can find lanes for something.</summary>
    private bool HasLanedWork_NeedsLock
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _lanes is not null && (_lanes.Startable > 0 || _lanes.HasPicked || (_items.Count > 0 && _soloist is null && !_lanes.IsFinding));
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
