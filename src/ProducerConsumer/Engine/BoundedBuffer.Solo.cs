namespace ProducerConsumer;

/// <summary>
/// A stage with keys whose calls are so quick that lanes would cost more than the calls. One worker, the soloist, then has
/// it to itself: it handles the items one after the other as they came, which is the order of every key, and no lane is
/// needed. Nobody else is called, since nobody could begin anything.
/// </summary>
/// <remarks>
/// <para>That ends when a call suspends or is slow, and the watchdog ends it when the soloist is stuck: then what it has not
/// settled goes to the lanes, where keys are found for it before anybody begins another item.</para>
/// <para>A worker that could play alone, but for a few items that others have, leaves the stage to one of them and parks, as
/// long as all of them have just come and none waits: the last one that comes back finds no lanes, and is alone.</para>
/// </remarks>
internal sealed partial class BoundedBuffer<T>
{
    /// <summary>How many claims may have been filled after that of a worker who is taken to come back soon.</summary>
    private const int RecentClaims = 16;

    /// <summary>The claim of the worker that has the stage to itself; null when any may come. Guarded by the lock.</summary>
    private Claim<T>? _soloist;

    /// <summary>Whether calls are so quick that one worker could do without the others. Guarded by the lock.</summary>
    private CallPace _pace;

    /// <summary>Whether the worker, who comes for items, plays alone and goes on so.</summary>
    private bool StaysSolo_NeedsLock(ItemWorker<T> worker) =>
        _soloist == worker.Claim && worker.Claim.IsSolo && CanPlaySolo_NeedsLock(worker);

    /// <summary>Whether there are items that a worker, who comes for some, could handle alone.</summary>
    private bool CanPlaySolo_NeedsLock(ItemWorker<T> worker) =>
        _items.Count > 0 && _pace.IsQuick && !worker.HasEnded && !worker.IsCalledBack;

    /// <summary>
    /// A worker that came with nothing in its hand has the stage to itself, with the oldest items in its claim, or leaves
    /// it to another. False when neither is to be: lanes are wanted.
    /// </summary>
    private bool TryPlaySolo_NeedsLock(ItemWorker<T> worker, int most, ref Signals signals)
    {
        Claim<T> claim = worker.Claim;
        bool stays = _soloist == claim;
        if (_soloist is not null && !stays)
        {
            return true;
        }

        _soloist = null;
        if (!CanPlaySolo_NeedsLock(worker))
        {
            return false;
        }

        if ((stays && claim.IsSolo) || _lanes!.IsEmpty)
        {
            BeginSolo_NeedsLock(claim, Math.Min(Math.Min(most, claim.Size), Math.Min(_items.Count, Lanes<T>.MaxSolo)), ref signals);
        }
        else
        {
            _soloist = FindQuick_NeedsLock(claim);
        }

        if (_soloist is not null && _workers!.MaxWorkers > 1)
        {
            Watch_NeedsLock(ref signals);
        }

        return _soloist is not null;
    }

    private void BeginSolo_NeedsLock(Claim<T> claim, int count, ref Signals signals)
    {
        _soloist = claim; // First: the items that move in are for nobody else.
        signals.IsQuick = count >= _quickClaim;
        FillWithOldest_NeedsLock(claim, count, ref signals);
        claim.BeginSolo_NeedsLock();
        _lanes!.BeginCheck(claim.Items_NeedsLock(0, count));
    }

    /// <summary>Whether the items that the worker took alone have keys. Outside the lock.</summary>
    public bool CheckKeys(ItemWorker<T> worker) => _lanes!.Check(this, worker.Claim.Filled);

    /// <summary>Whether the soloist looks at keys: whoever came instead would have to do the same.</summary>
    private bool IsChecking_NeedsLock(Claim<T> claim) => claim == _soloist && _lanes!.IsFinding;

    /// <summary>The claim of another worker, if all that are busy are likely to come back soon; null if not, or if there is none.</summary>
    private Claim<T>? FindQuick_NeedsLock(Claim<T> own)
    {
        Claim<T>? found = null;
        for (Claim<T>? claim = _busy; claim is not null; claim = claim.Next)
        {
            if (claim != own)
            {
                if (claim.IsSuspended || _tickets - claim.Ticket > RecentClaims)
                {
                    return null;
                }

                found = claim;
            }
        }

        return found;
    }

    /// <summary>
    /// Nobody relies on the owner of a claim any more. What it took alone and has not settled goes to the lanes, before all
    /// that wait.
    /// </summary>
    /// <param name="claim">The claim.</param>
    /// <param name="rest">The items that were taken away from it.</param>
    /// <returns>Whether they went there.</returns>
    private bool TryEndSolo_NeedsLock(Claim<T> claim, Single<T>[] rest)
    {
        _pace.Fail();
        if (_soloist != claim)
        {
            return false;
        }

        _soloist = null;
        if (!claim.IsSolo)
        {
            return false;
        }

        _lanes!.TakeIn(claim, rest);
        _laned += rest.Length;
        return true;
    }
}
