namespace ProducerConsumer;

/// <summary>Workers that gather items, and come back at a time of their own to settle them.</summary>
internal sealed partial class BoundedBuffer<T>
{
    /// <summary>What the workers keep. Guarded by the lock.</summary>
    private readonly List<KeptItems<T>> _kept = [];

    /// <summary>Lets the books and the end look into what a worker keeps.</summary>
    public void Register(KeptItems<T> kept)
    {
        using (EnterSection())
        {
            _kept.Add(kept);
        }
    }

    /// <summary>Keeps the next items of a claim beside the one that is being handled.</summary>
    public void KeepMore(Claim<T> claim, KeptItems<T> kept, int most)
    {
        using (EnterSection())
        {
            kept.AddMany_NeedsLock(claim.KeepMore_NeedsLock(most));
        }
    }

    /// <summary>Books what a worker kept as completed.</summary>
    public void SettleKept(KeptItems<T> kept)
    {
        using (EnterSection())
        {
            int count = kept.Clear_NeedsLock();
            _gate.State.Claimed -= count;
            _gate.State.Completed += count;
        }
    }

    /// <summary>Has a worker look whether its time has come: at once if it is parked, otherwise before it parks or leaves.</summary>
    public void CallBack(ItemWorker<T> worker)
    {
        bool parked;
        using (EnterSection())
        {
            worker.IsCalledBack = true;
            parked = _workers!.TryUnpark_NeedsLock(worker);
        }

        if (parked)
        {
            worker.Wake();
        }
    }

    /// <summary>A worker leaves for good. What it still keeps is handed back: it could not be settled any more.</summary>
    private void Leave_NeedsLock(ItemWorker<T> worker, ref Signals signals)
    {
        _workers!.Leave_NeedsLock();
        signals.Wake(_workers.TakeParked_NeedsLock()); // Those that waited for a redelivery: nothing comes any more.
        if (worker.Kept is { } kept)
        {
            for (int i = 0; i < kept.Count; i++)
            {
                _ledger.ReturnKept_NeedsLock(new UndeliveredItem(kept.Own[i], attempts: 0, started: false));
                signals.Settle(kept.ContextOf(i), ItemOutcome.Undelivered);
            }

            _gate.State.Claimed -= kept.Clear_NeedsLock();
            _kept.Remove(kept);
        }
    }
}
