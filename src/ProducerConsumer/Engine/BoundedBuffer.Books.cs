using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>What has become of the items.</summary>
internal sealed partial class BoundedBuffer<T>
{
    /// <summary>Books the calls of a claim that is done, for a worker that does not come back at once.</summary>
    public void Settle(Claim<T> claim)
    {
        Signals signals = default;
        using (EnterSection())
        {
            Book_NeedsLock(claim);
            Release_NeedsLock(claim);
            if (_soloist == claim)
            {
                DismissSoloist_NeedsLock();
            }

            CallWorkerForMore_NeedsLock(ref signals);
        }

        Raise(ref signals);
    }

    /// <summary>Books the call that the owner of a claim started last as failed.</summary>
    public void SettleFailed(Claim<T> claim)
    {
        Signals signals = default;
        using (EnterSection())
        {
            LeaveOrder_NeedsLock(claim, ref signals);
            _gate.State.Claimed--;
            _ledger.Fail_NeedsLock();
            claim.SettleBooked_NeedsLock();
        }

        Raise(ref signals);
    }

    /// <summary>Books the item that the owner of a claim started last as taken care of by the dead-letter handler.</summary>
    public void SettleDeadLettered(Claim<T> claim)
    {
        Signals signals = default;
        using (EnterSection())
        {
            LeaveOrder_NeedsLock(claim, ref signals);
            _gate.State.Claimed--;
            _ledger.DeadLetter_NeedsLock();
            claim.SettleBooked_NeedsLock();
        }

        Raise(ref signals);
    }

    /// <summary>
    /// As <see cref="SettleCanceled(Claim{T}, CallResults)"/>, for a call that was cancelled after its item was kept: it is
    /// kept no longer if it has had effects of its own.
    /// </summary>
    public void SettleCanceled(Claim<T> claim, KeptItems<T> kept, CallResults results)
    {
        Signals signals = default;
        using (EnterSection())
        {
            if (kept.Count > 0 && results.Emitted > 0)
            {
                // With nothing kept it is in the books already: what was kept is settled.
                signals.Settle(kept.LastContext, ItemOutcome.Undelivered);
                kept.RemoveLast_NeedsLock();
                _gate.State.Claimed--;
                _ledger.Return_NeedsLock(Unfinished(claim, results));
            }

            claim.Settle();
        }

        Raise(ref signals);
    }

    private static UndeliveredItem Unfinished(Claim<T> claim, CallResults results) =>
        new(claim.Current, claim.Attempts + 1, started: true) { Emitted = results.Emitted, Refused = results.Refused };

    /// <summary>As <see cref="SettleFailed(Claim{T})"/>, for a call that failed after its item was kept: it is kept no longer.</summary>
    public void SettleFailed(Claim<T> claim, KeptItems<T> kept)
    {
        Signals signals = default;
        using (EnterSection())
        {
            if (kept.Count > 0)
            {
                // Else it is in the books already: what was kept is settled.
                signals.Settle(kept.LastContext, ItemOutcome.Failed);
                kept.RemoveLast_NeedsLock();
                _gate.State.Claimed--;
                _ledger.Fail_NeedsLock();
            }

            claim.Settle();
        }

        Raise(ref signals);
    }

    /// <summary>Hands the item back that the owner of a claim started last: a stop cancelled its call, or refused what it emitted.</summary>
    public void SettleCanceled(Claim<T> claim, CallResults results)
    {
        Signals signals = default;
        using (EnterSection())
        {
            LeaveOrder_NeedsLock(claim, ref signals);
            _gate.State.Claimed--;
            _ledger.Return_NeedsLock(Unfinished(claim, results));
            claim.SettleBooked_NeedsLock();
        }

        Raise(ref signals);
    }

    /// <summary>A consistent copy of the books.</summary>
    public StageBooks ReadBooks(string name)
    {
        StageBooks books;
        Signals signals = default;
        using (EnterSection())
        {
            if (_closed)
            {
                ReturnBatches_NeedsLock(ref signals); // What a source returned since, and its worker, stuck in the next call, did not come to deliver.
            }

            List<UndeliveredItem> inFlight = [];
            long waiting = _items.Count + _parkedAccepted + _returned.Count + _redeliveries.Count + _laned;
            if (_window is not null)
            {
                LookAtOrder_NeedsLock(ref signals);
                inFlight.AddRange(_window.CopyHeld().Select(static item => new UndeliveredItem(item.Item, item.Attempts + 1, started: true)));
            }

            long completed = _gate.State.Completed;
            for (Claim<T>? claim = _busy; claim is not null; claim = claim.Next)
            {
                (int settled, bool isRunning, T? running, int rest) = claim.Look_NeedsLock();
                completed += settled;
                waiting += rest;
                if (isRunning)
                {
                    inFlight.Add(new UndeliveredItem(running, attempts: claim.Attempts + 1, started: true) { Emitted = claim.Emitted });
                }
            }

            foreach (KeptItems<T> kept in _kept)
            {
                inFlight.AddRange(kept.Copy_NeedsLock().Select(static item => new UndeliveredItem(item, attempts: 0, started: false)));
            }

            books = new StageBooks(name)
            {
                Accepted = _gate.State.Accepted,
                Completed = completed,
                Failed = _ledger.Failed,
                DeadLettered = _ledger.DeadLettered,
                Dropped = _ledger.Dropped,
                InFlight = inFlight.Count,
                AcceptedFrom = [.. _edges.Select(edge => (edge.Source, edge.Accepted))],
                Waiting = waiting,
                Workers = _workers?.Active_NeedsLock ?? 0,
                Undelivered = _ledger.CopyUndelivered_NeedsLock(),
                InFlightItems = [.. inFlight],
            };
        }

        Raise(ref signals);
        return books;
    }

    /// <summary>Books the calls of a claim that have ended. If results wait for their turn, their items stay in flight.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="isOwner">Whether the caller is the worker of the claim, and no call is running on another thread.</param>
    /// <returns>Whether there were results of a call that is running.</returns>
    private bool Book_NeedsLock(Claim<T> claim, bool isOwner = true)
    {
        int settled = claim.Settled_NeedsLock;
        if (_window is not null)
        {
            bool isEmitting = _window.Hold(claim, settled, isOwner);
            claim.TakeSettled_NeedsLock(settled);
            return isEmitting;
        }

        BookTo_NeedsLock(claim, settled);
        return false;
    }

    /// <summary>Books the first calls of a claim, where no results wait for their turn.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void BookTo_NeedsLock(Claim<T> claim, int settled)
    {
        if (_lanes is not null)
        {
            LeaveLanes_NeedsLock(claim, settled);
        }

        int completed = claim.TakeSettled_NeedsLock(settled);
        _gate.State.Completed += completed;
        _gate.State.Claimed -= completed;
    }
}
