namespace ProducerConsumer;

/// <summary>The side of the buffer that a stage's own workers see.</summary>
internal sealed partial class BoundedBuffer<T>
{
    /// <summary>The pool that works on the items; null for a bare channel and before the run starts.</summary>
    private WorkerPool? _workers;

    /// <summary>The claims of busy workers, linked; null when none is busy. Guarded by the lock.</summary>
    private Claim<T>? _busy;

    /// <summary>How many times claims were filled. Guarded by the lock.</summary>
    private long _tickets;

    /// <summary>Lets a pool loose on the items: those that wait now and those that come. Null when somebody outside of the pipeline reads them.</summary>
    public void Attach(WorkerPool? workers)
    {
        Watchdog watchdog = new(Look);
        Signals signals = default;
        using (EnterSection())
        {
            _watchdog = watchdog;
            _workers = workers;
            CallWorkerForMore_NeedsLock(ref signals);
            if (_finished)
            {
                signals.Finish(_error, workers);
            }
        }

        Raise(ref signals);
    }

    /// <summary>
    /// Books the calls of the worker's claim, which is done, ends the release of results that the worker delivered, and fills
    /// the claim again with the oldest items. When there are none the worker is parked, or has left if none will come, in the
    /// same critical section: an item that comes now calls it back.
    /// </summary>
    /// <param name="worker">The worker. When it is parked, another thread may be running it before this returns.</param>
    /// <param name="most">The most items to take. Fewer when others are due a share: 1 if there are no more items than busy workers.</param>
    /// <param name="suspended">Whether a call of the claim suspended.</param>
    public Taken SettleAndClaim(ItemWorker<T> worker, int most, bool suspended)
    {
        Claim<T> claim = worker.Claim;
        Taken taken = Taken.Items;
        Telling? telling = null;
        Signals signals = default;
        signals.IsPaced = suspended;
        using (EnterClaim(worker))
        {
            Book_NeedsLock(claim);
            if (_lanes is not null)
            {
                ClaimHand_NeedsLock(worker, most, ref signals);
            }

            bool isCalled = worker.IsCalled;
            bool hasReleased = claim.HasReleased;
            if (hasReleased)
            {
                claim.HasReleased = false;
                telling = EndRelease_NeedsLock(ref signals);
            }

            _workers!.Arrive_NeedsLock(worker);
            if (hasReleased && CanRelease_NeedsLock)
            {
                // First what came meanwhile: whoever brought it left it to this worker.
                Release_NeedsLock(claim);
                taken = Taken.Results;
            }
            else if (worker.HasEnded)
            {
                // It was told that nothing comes; what comes back all the same is for another.
                Release_NeedsLock(claim);
                Leave_NeedsLock(worker, ref signals);
                taken = Taken.Left;
            }
            else if (_lanes is not null && claim.Unstarted > 0)
            {
                // What it had in its hand, or takes alone. Before all else: nobody looks after a single item.
                taken = claim.IsSolo ? Taken.Solo : Taken.Items;
            }
            else if (worker.IsCalledBack && !_closed)
            {
                worker.IsCalledBack = false;
                claim.IsSuspended = true; // That may take any time.
                Occupy_NeedsLock(claim);
                taken = Taken.CallBack;
            }
            else if (isCalled && CanRelease_NeedsLock && (_workers.CanCall_NeedsLock || !HasOwnWork_NeedsLock))
            {
                // It may have been called for these: whoever was at them could not wait for room. Not the last one that
                // could come for items: it may have to wait.
                Release_NeedsLock(claim);
                taken = Taken.Results;
            }
            else if (_returned.Count > 0 && _returned.TryDequeue(out (long Ticket, Single<T> Item) returned))
            {
                // One alone: its neighbours in the claim that it comes from were slow. (Counted first, since there are seldom any.)
                Fill_NeedsLock(claim, returned.Item, ref signals);
                if (returned.Ticket == Redelivery.Ticket)
                {
                    _items.Reserved--; // It kept its place until now.
                    Refill_NeedsLock(ref signals);
                }
            }
            else if (Startable_NeedsLock is > 0 and int startable)
            {
                int count = ShareOf_NeedsLock(startable, Math.Min(most, claim.Size));
                signals.IsQuick = count >= _quickClaim;
                FillWithOldest_NeedsLock(claim, count, ref signals);
            }
            else
            {
                Release_NeedsLock(claim);
                if (HasLanedWork_NeedsLock)
                {
                    taken = Taken.Lanes;
                }
                else if (CanRelease_NeedsLock)
                {
                    taken = Taken.Results;
                }
                else if (!IsOver_NeedsLock)
                {
                    _workers.Park_NeedsLock(worker);
                    taken = Taken.Parked;
                }
                else if (!_closed && worker.MustEnd)
                {
                    worker.HasEnded = true;
                    claim.IsSuspended = true;
                    Occupy_NeedsLock(claim);
                    taken = Taken.End;
                }
                else
                {
                    Leave_NeedsLock(worker, ref signals);
                    taken = Taken.Left;
                }
            }

            if (taken != Taken.Lanes)
            {
                CallWorkerForMore_NeedsLock(ref signals); // Else it comes back at once, and calls for what it leaves.
            }
        }

        telling?.Begin();
        Raise(ref signals);
        return taken;
    }

    /// <summary>
    /// Whether the owner of a claim may start the item that <see cref="Claim{T}.TryStart"/> refused, because somebody was
    /// taking items away: by now it is decided whose the item is.
    /// </summary>
    public bool TryStartRefused(Claim<T> claim, out T item)
    {
        using (EnterSection())
        {
            return claim.TryStartRefused_NeedsLock(out item);
        }
    }

    /// <summary>
    /// A worker that was called comes to work. When an item was put into its hands it does not come to look for one, so
    /// this is where it calls the next: before its own handler can keep it.
    /// </summary>
    public void Arrive(ItemWorker<T> worker)
    {
        Signals signals = default;
        using (EnterSection())
        {
            _workers!.Arrive_NeedsLock(worker);
            CallWorkerForMore_NeedsLock(ref signals);
        }

        Raise(ref signals);
    }

    /// <summary>The worker of a claim with nothing in it is busy all the same: with code that is called for no item.</summary>
    private void Occupy_NeedsLock(Claim<T> claim)
    {
        if (!claim.IsLinked)
        {
            claim.Link_NeedsLock(ref _busy);
        }
    }

    /// <summary>Takes a claim with nothing in it out of the busy ones.</summary>
    private void Release_NeedsLock(Claim<T> claim)
    {
        if (claim.IsLinked)
        {
            claim.Unlink_NeedsLock(ref _busy);
        }
    }
}
