namespace ProducerConsumer;

/// <summary>
/// Nobody's item waits for another one's handler: what a worker claimed and has not started, or a source returned and is
/// not published, can be taken over.
/// </summary>
internal sealed partial class BoundedBuffer<T>
{
    /// <summary>Looks after claims and batches whose owner may be stuck in user code; null before the run starts.</summary>
    private Watchdog? _watchdog;

    /// <summary>Whether the watchdog will look. Written under the lock; read without it by <see cref="Watch(LocalBatch{T})"/>.</summary>
    private bool _watching;

    /// <summary>A handler suspended, and its worker has items left: whoever is free takes them, before newer ones.</summary>
    public void Offer(Claim<T> claim)
    {
        Signals signals = default;
        using (EnterSection())
        {
            if (claim.Rest > 0)
            {
                Stall_NeedsLock(claim);
                CallWorker_NeedsLock(ref signals);
            }
        }

        Raise(ref signals);
    }

    /// <summary>
    /// Makes sure that the watchdog looks at a registered batch. Called after the first item was added: that addition is a
    /// full fence, so either the watchdog's look sees the item, or this sees that the watchdog has gone to rest.
    /// </summary>
    public void Watch(LocalBatch<T> batch)
    {
        if (Volatile.Read(ref _watching))
        {
            return;
        }

        Signals signals = default;
        using (EnterSection())
        {
            if (batch.IsRegistered)
            {
                Watch_NeedsLock(ref signals);
            }
        }

        Raise(ref signals);
    }

    private void Watch_NeedsLock(ref Signals signals)
    {
        if (!_watching && _watchdog is not null)
        {
            _watching = true;
            signals.Watchdog = _watchdog;
        }
    }

    /// <summary>
    /// What the watchdog does: a claim or a batch that has not changed since the last look belongs to an owner that is
    /// stuck. Goes on for as long as there is something that could get stuck.
    /// </summary>
    private void Look()
    {
        Signals signals = default;
        using (EnterSection())
        {
            // First the flag, then the look, with a fence between them: the other half of Watch.
            Volatile.Write(ref _watching, false);
            Interlocked.MemoryBarrier();
            bool held = false;
            for (Claim<T>? claim = _busy; claim is not null; claim = claim.Next)
            {
                if (claim.IsShared && claim.Rest > 0)
                {
                    held = true;
                    long progress = claim.Progress;
                    if (progress == claim.Seen)
                    {
                        Stall_NeedsLock(claim);
                    }

                    claim.Seen = progress;
                }
            }

            foreach (LocalBatch<T> batch in _batches)
            {
                if (batch.Count > 0)
                {
                    held = true;
                    long progress = batch.Progress;
                    if (progress == batch.Seen)
                    {
                        PublishStalled_NeedsLock(batch, ref signals);
                    }

                    batch.Seen = progress;
                }
            }

            if (_stalled > 0)
            {
                CallWorker_NeedsLock(ref signals);
            }

            if (held)
            {
                Watch_NeedsLock(ref signals);
            }
        }

        Raise(ref signals);
    }

    /// <summary>Publishes what fits of a batch whose owner is stuck in its source.</summary>
    private void PublishStalled_NeedsLock(LocalBatch<T> batch, ref Signals signals)
    {
        if (!_ended && !_items.IsFull)
        {
            ReadOnlySpan<T> items = batch.Take_NeedsLock(_items.Room);
            AddMany_NeedsLock(items, ref signals);
            Accept_NeedsLock(batch.Edge, items.Length);
        }
    }

    /// <summary>Fills an empty claim from another one: with the whole rest if its owner is stuck, with half if it is only busy.</summary>
    private bool TrySteal_NeedsLock(Claim<T> thief, bool onlyStalled, ref Signals signals)
    {
        for (Claim<T>? victim = _busy; victim is not null; victim = victim.Next)
        {
            bool stalled = victim.IsStalled;
            int rest = victim == thief || (onlyStalled && !stalled) ? 0 : victim.Rest;
            int stolen = rest == 0 ? 0 : victim.MoveTo_NeedsLock(thief, Math.Min(thief.Size, stalled ? rest : (rest + 1) / 2));
            if (stalled && victim.Rest == 0)
            {
                Unstall_NeedsLock(victim);
            }

            if (stolen > 0)
            {
                Filled_NeedsLock(thief, stolen, ref signals);
                if (stalled && (stolen > 1 || victim.Rest > 0))
                {
                    CallWorker_NeedsLock(ref signals); // The handlers of these items may block as well.
                }

                return true;
            }
        }

        return false;
    }

    private void Stall_NeedsLock(Claim<T> claim)
    {
        if (!claim.IsStalled)
        {
            claim.IsStalled = true;
            _stalled++;
        }
    }

    private void Unstall_NeedsLock(Claim<T> claim)
    {
        if (claim.IsStalled)
        {
            claim.IsStalled = false;
            _stalled--;
        }
    }
}
