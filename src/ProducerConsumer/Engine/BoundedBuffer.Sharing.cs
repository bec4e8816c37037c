using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>
/// Nobody's item waits for another one's handler: what a worker claimed and does not come to, or a source returned and is
/// not published, is taken over.
/// </summary>
internal sealed partial class BoundedBuffer<T>
{
    /// <summary>Looks after claims and batches whose owner may be stuck in user code; null before the run starts.</summary>
    private Watchdog? _watchdog;

    /// <summary>Whether the watchdog will look. Written under the lock; read without it by <see cref="Watch"/>.</summary>
    private bool _watching;

    /// <summary>
    /// Items taken away from workers that do not come to them, each with the ticket of its claim. They stay claimed in the
    /// books, and go before everything in the buffer, in the order in which they were taken away. Guarded by the lock.
    /// </summary>
    private readonly Queue<(long Ticket, Single<T> Item)> _returned = new();

    /// <summary>The claims whose owner is stuck, while the watchdog looks. Guarded by the lock.</summary>
    private readonly List<Claim<T>> _stuck = [];

    /// <summary>
    /// A handler suspended, or its worker rests: what is not started goes to whoever is free. By the worker, which cannot start an
    /// item at the same time, so that no barrier is needed.
    /// </summary>
    public void Offer(Claim<T> claim)
    {
        Signals signals = default;
        using (EnterSection())
        {
            if (_lanes is not null)
            {
                Book_NeedsLock(claim); // Others of their lanes may be begun.
            }

            TakeAway_NeedsLock(claim);
            CallWorkerForMore_NeedsLock(ref signals);
        }

        Raise(ref signals);
    }

    /// <summary>
    /// Makes sure that the watchdog looks at the registered batches. Called after an item was added to one that was empty:
    /// with the fence, either the watchdog's look sees the item, or this sees that the watchdog has gone to rest.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Watch()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _watching))
        {
            return;
        }

        Signals signals = default;
        using (EnterSection())
        {
            Watch_NeedsLock(ref signals);
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
    /// What the watchdog does: a claim or a batch that is still the one of the last look belongs to an owner that is stuck,
    /// or far slower than it was. Goes on for as long as there is something that could get stuck.
    /// </summary>
    private void Look()
    {
        Signals signals = default;
        using (EnterSection())
        {
            // First the flag, then the look, with a fence between them: the other half of Watch.
            Volatile.Write(ref _watching, false);
            Interlocked.MemoryBarrier();
            if (_closed)
            {
                ReturnBatches_NeedsLock(ref signals); // What sources returned since.
            }

            signals.IsQuick = false;
            EndRest_NeedsLock(ref signals); // Whoever was to make room may be stuck.
            if (LookAtClaims_NeedsLock(ref signals) | LookAtBatches_NeedsLock(ref signals) | LookAtOrder_NeedsLock(ref signals) | LookAtCall_NeedsLock(ref signals))
            {
                Watch_NeedsLock(ref signals);
            }
        }

        Raise(ref signals);
    }

    private bool LookAtClaims_NeedsLock(ref Signals signals)
    {
        bool held = false;
        for (Claim<T>? claim = _workers?.MaxWorkers > 1 ? _busy : null; claim is not null; claim = claim.Next)
        {
            if (claim.Unstarted > 0 || claim == _soloist)
            {
                held = true;
                if (claim.SeenTicket == claim.Ticket && !IsChecking_NeedsLock(claim) && (claim.Unstarted > 0 || _items.Count > 0))
                {
                    _stuck.Add(claim);
                }

                claim.SeenTicket = claim.Ticket;
            }
        }

        if (_stuck.Count > 0)
        {
            TakeAwayFromOthers_NeedsLock(_stuck);
            _stuck.Clear();
            CallWorkerForMore_NeedsLock(ref signals);
        }

        return held;
    }

    private bool LookAtBatches_NeedsLock(ref Signals signals)
    {
        bool held = false;
        foreach (LocalBatch<T> batch in _batches)
        {
            if (batch.Count_NeedsLock > 0)
            {
                held = true;
                if (batch.SeenRound == batch.Round && !_ended)
                {
                    TakeOver_NeedsLock(batch, ref signals);
                }

                batch.SeenRound = batch.Round;
            }
        }

        return held;
    }

    /// <summary>Publishes a batch whose owner may be adding to it, on another thread.</summary>
    public void TakeOver(LocalBatch<T> batch)
    {
        Signals signals = default;
        using (EnterSection())
        {
            if (!_ended)
            {
                TakeOver_NeedsLock(batch, ref signals);
            }
        }

        Raise(ref signals);
    }

    /// <summary>
    /// Publishes a batch whose owner may be adding to it. What there is no room for waits in line behind the parked
    /// writes, since whoever frees a slot fills it from there.
    /// </summary>
    private void TakeOver_NeedsLock(LocalBatch<T> batch, ref Signals signals)
    {
        Portion<T> items = batch.Take_NeedsLock();
        Accept_NeedsLock(batch.Edge, items.Length);
        int added = AddMany_NeedsLock(items, ref signals);
        if (added < items.Length)
        {
            _parkedAccepted += items.Length - added;
            Portion<T> rest = items[added..].Copy(); // The memory is the owner's, who will use it again.
            _writers.Add(new WriteWaiter(this).Begin(rest, written: 0, batch.Edge, isAccepted: true)); // Nobody waits for it.
        }

        items.Forget();
    }

    /// <summary>
    /// Takes items away from workers that may be about to start them. The barrier costs some microseconds and reaches into
    /// every core of the process: only for the stuck and for the end.
    /// </summary>
    private void TakeAwayFromOthers_NeedsLock(List<Claim<T>> claims)
    {
        claims.ForEach(static claim => claim.BeginTake_NeedsLock());
        Interlocked.MemoryBarrierProcessWide(); // Pairs with Claim.TryStart.
        claims.ForEach(TakeAway_NeedsLock);
    }

    private void TakeAway_NeedsLock(Claim<T> claim)
    {
        if (_lanes is not null && !_closed)
        {
            claim.IsSuspended = true;
            Single<T>[] items = claim.EndTake_NeedsLock();
            if (!TryEndSolo_NeedsLock(claim, items))
            {
                ReturnToLanes_NeedsLock(items);
            }

            _gate.State.Claimed -= items.Length;
            _items.Reserved += items.Length;
            return;
        }

        foreach (Single<T> item in claim.EndTake_NeedsLock())
        {
            _returned.Enqueue((claim.Ticket, item));
        }
    }
}
