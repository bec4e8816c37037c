namespace ProducerConsumer;

/// <summary>A stage whose results go on in the order of its items.</summary>
internal sealed partial class BoundedBuffer<T>
{
    /// <summary>Keeps the order of the results; null for a stage that does not.</summary>
    private ResultWindow<T>? _window;

    /// <summary>Has the results go on in the order of the items. Before the start.</summary>
    public void Preserve(ResultWindow<T> window) => _window = window;

    /// <summary>Whether results go on in the order of the items.</summary>
    public bool PreservesOrder => _window is not null;

    /// <summary>Whether items have an order, of all or of those with the same key.</summary>
    public bool HasOrder => _window is not null || _lanes is not null;

    /// <summary>
    /// Whether results can go on now, and nobody is at it. After a close there is no order any more: those go as well that
    /// stand behind an item which is running, or was handed back.
    /// </summary>
    private bool CanRelease_NeedsLock =>
        _window is { IsReleasing: false } window && (_closed ? window.HasNews : window.OldestHasNews);

    /// <summary>
    /// Begins a release: the results of a claim wait for their turn, and the oldest of all that may go on are copied. False
    /// when there are none, or somebody else is releasing.
    /// </summary>
    /// <param name="window">The window of this buffer.</param>
    /// <param name="claim">The claim of the caller; null for none.</param>
    /// <param name="run">Where to copy the results.</param>
    /// <param name="most">The most results.</param>
    public bool TryBeginRelease<TOut>(ResultWindow<T, TOut> window, Claim<T>? claim, ReleaseRun<TOut> run, int most)
    {
        Signals signals = default;
        bool begun;
        using (EnterRelease())
        {
            if (claim is not null)
            {
                Book_NeedsLock(claim);
            }

            begun = window.TryBeginRelease(run, most, _closed);
        }

        Raise(ref signals);
        return begun;
    }

    /// <summary>The next buffer has what was released: the items that it was made of are completed, and others may be begun.</summary>
    /// <returns>Whether more results can go on. Who brings some later sees to their release himself.</returns>
    public bool EndRelease()
    {
        Signals signals = default;
        Telling? telling;
        bool canRelease;
        using (EnterRelease())
        {
            telling = EndRelease_NeedsLock(ref signals);
            CallWorkerForMore_NeedsLock(ref signals);
            canRelease = CanRelease_NeedsLock;
        }

        telling?.Begin(); // Not here: the caller may be a stop, the watchdog, or in the middle of a call for another item.
        Raise(ref signals);
        return canRelease;
    }

    /// <returns>Tells those who wait for the items; null when nobody does.</returns>
    private Telling? EndRelease_NeedsLock(ref Signals signals)
    {
        Released released = _window!.EndRelease();
        _gate.State.Completed += released.Completed;
        _gate.State.Claimed -= released.Completed;
        if (released.Contexts is { } contexts)
        {
            foreach (ItemContext context in contexts)
            {
                signals.Settle(context, ItemOutcome.Completed);
            }
        }

        if (IsOver_NeedsLock)
        {
            signals.Wake(_workers?.TakeParked_NeedsLock()); // Those that waited for this.
        }

        return TakeSettled_NeedsLock(ref signals);
    }

    /// <summary>
    /// There is no room for more results, and the caller cannot wait for it: a worker is to come who can, if more wait. The
    /// watchdog looks as well, for all may be busy.
    /// </summary>
    public void LeaveRelease()
    {
        Signals signals = default;
        using (EnterSection())
        {
            if (CanRelease_NeedsLock && !_closed)
            {
                CallWorker_NeedsLock(ref signals);
                Watch_NeedsLock(ref signals);
            }
        }

        Raise(ref signals);
    }

    /// <summary>
    /// The results of calls of a claim that have ended wait for their turn. By a worker that waits for its call. True when
    /// results can go on.
    /// </summary>
    public bool HoldResults(Claim<T> claim)
    {
        using (EnterSection())
        {
            Book_NeedsLock(claim, isOwner: false);
            return CanRelease_NeedsLock;
        }
    }

    /// <summary>
    /// Books the calls of claims whose owner may be stuck in a later one: results wait for them, or other items of their
    /// lanes. True while there may be more of them.
    /// </summary>
    private bool LookAtOrder_NeedsLock(ref Signals signals)
    {
        if (!HasOrder)
        {
            return false;
        }

        bool held = false;
        for (Claim<T>? claim = _busy; claim is not null; claim = claim.Next)
        {
            if (_lanes is not null && claim.Outlet is not null && claim.Booked_NeedsLock < claim.Settled_NeedsLock)
            {
                // First their results are to go on: those of the next item of the lane must not overtake them.
                signals.AddHidden(claim);
            }
            else
            {
                held |= Book_NeedsLock(claim, isOwner: false); // Results of a call that is running: more may come.
            }

            held |= claim.HidesCalls_NeedsLock;
        }

        CallWorkerForMore_NeedsLock(ref signals);
        signals.Release(CanRelease_NeedsLock);
        return held | signals.Releases;
    }

    /// <summary>Has the results of calls go on whose owner is stuck in a later one, and then other items of their lanes be begun. Outside the lock.</summary>
    private void Unhide(List<(Claim<T> Claim, long Ticket, int Settled)> hidden)
    {
        hidden.ForEach(static calls => calls.Claim.Outlet!.Offer());
        Signals signals = default;
        using (EnterSection())
        {
            foreach ((Claim<T> claim, long ticket, int settled) in hidden)
            {
                // Unless the owner has come by.
                if (claim.Ticket == ticket && claim.Booked_NeedsLock < settled)
                {
                    BookTo_NeedsLock(claim, settled);
                }
            }

            CallWorkerForMore_NeedsLock(ref signals);
        }

        Raise(ref signals);
    }

    /// <summary>What is settled in a way of its own leaves its lane, or its place in the order. Before it is booked.</summary>
    private void LeaveOrder_NeedsLock(Claim<T> claim, ref Signals signals)
    {
        if (HasOrder)
        {
            Book_NeedsLock(claim);
            _window?.End(claim.CurrentPlace);
            _lanes?.Leave(claim, claim.CurrentIndex + 1);
            CallWorkerForMore_NeedsLock(ref signals);
            signals.Release(CanRelease_NeedsLock); // Now: the worker first tells others of the item, who may block.
        }
    }

    /// <summary>Hands back what waits in lanes. What waits for its turn goes on, into a buffer that hands it back.</summary>
    private void ReturnOrder_NeedsLock(ref Signals signals)
    {
        List<Single<T>> laned = _lanes?.Close() ?? [];
        _laned -= laned.Count;
        foreach (Single<T> item in laned)
        {
            Return_NeedsLock(item, ref signals);
        }

        signals.Release(_window is not null);
        for (Claim<T>? claim = _window is null ? null : _busy; claim is not null; claim = claim.Next)
        {
            Book_NeedsLock(claim, isOwner: false);
        }
    }
}
