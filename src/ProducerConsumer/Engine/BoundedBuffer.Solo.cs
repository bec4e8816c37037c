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

    /// <summary>
    /// The claim of the worker on whom all that wait rely, so that nobody else is called; null when any may come. It is
    /// alone with its items (<see cref="Claim{T}.IsSolo"/>), or about to be when the last of those in lanes are done.
    /// Guarded by the lock.
    /// </summary>
    private Claim<T>? _soloist;

    /// <summary>Whether calls are so quick that one worker could do without the others. Guarded by the lock.</summary>
    private CallPace _pace;

    /// <summary>Whether there are items for a worker who comes alone, and so many that others would not begin them sooner.</summary>
    private bool CanPlaySolo_NeedsLock(ItemWorker<T> worker) =>
        _pace.IsQuick && _items.Count >= _quickClaim && !worker.HasEnded && !worker.IsCalledBack;

    /// <summary>
    /// A worker that came with nothing in its hand has the stage to itself, with the oldest items in its claim, or leaves
    /// it to another. False when neither is to be: lanes are wanted.
    /// </summary>
    private bool TryPlaySolo_NeedsLock(ItemWorker<T> worker, int most, ref Signals signals)
    {
        Claim<T> claim = worker.Claim;
        bool stays = claim.IsSolo && CanPlaySolo_NeedsLock(worker);
        if (!stays)
        {
            CloseIntake_NeedsLock(); // It was left open for a soloist.
        }

        if (_soloist is not null && _soloist != claim)
        {
            return true;
        }

        DismissSoloist_NeedsLock();
        if (!CanPlaySolo_NeedsLock(worker))
        {
            return false;
        }

        if (stays || _lanes!.IsEmpty)
        {
            BeginSolo_NeedsLock(claim, Math.Min(Math.Min(most, claim.Size), Math.Min(_items.Count, Lanes<T>.MaxSolo)), ref signals);
        }
        else
        {
            _soloist = FindReturning_NeedsLock(claim);
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

    /// <summary>Whether the owner looks at the keys of what it took alone: whoever came instead would have to do the same.</summary>
    private bool IsChecking_NeedsLock(Claim<T> claim) => claim.IsSolo && _lanes!.IsFinding;

    /// <summary>Nobody is relied on any more.</summary>
    private void DismissSoloist_NeedsLock()
    {
        if (_soloist is not null)
        {
            _soloist.IsSolo = false;
            _soloist = null;
        }
    }

    /// <summary>The claim of another worker, if all that are busy are likely to come back soon; null if not, or if there is none.</summary>
    private Claim<T>? FindReturning_NeedsLock(Claim<T> own)
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
    /// A call of a claim suspended, or its owner is stuck: nobody relies on it any more. What it took alone and has not
    /// settled goes to the lanes, before all that wait.
    /// </summary>
    /// <param name="claim">The claim.</param>
    /// <param name="rest">The items that were taken away from it.</param>
    /// <returns>Whether they went there.</returns>
    private bool TryEndSolo_NeedsLock(Claim<T> claim, Single<T>[] rest)
    {
        bool wasSolo = claim.IsSolo;
        if (_soloist == claim)
        {
            _pace.Fail();
            DismissSoloist_NeedsLock();
        }

        if (wasSolo)
        {
            _lanes!.TakeIn(claim, rest);
            _laned += rest.Length;
        }

        return wasSolo;
    }
}
