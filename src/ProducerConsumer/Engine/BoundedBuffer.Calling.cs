using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>How workers are called for what there is to do.</summary>
internal sealed partial class BoundedBuffer<T>
{
    /// <summary>The worker that was called near its caller; null when it is known to have come. Guarded by the lock.</summary>
    private ItemWorker<T>? _calledNear;

    /// <summary>The ticket of its claim when the watchdog looked last. Guarded by the lock.</summary>
    private long _seenNearTicket;

    /// <summary>
    /// Puts an item into the hands of a parked worker, past the buffer: its slot stays free for the next. Not where the
    /// order is to be exact, since a busy worker could start the next item before the other has come, nor where the items
    /// have an order of their own.
    /// </summary>
    private bool TryHandOver_NeedsLock(Single<T> item, ref Signals signals)
    {
        if (MaxBatch == 1 || _window is not null || _lanes is not null || _items.Count > 0 || _returned.Count > 0 || _workers is null || !_workers.TryCallParked_NeedsLock(out WorkerPool.Call call))
        {
            return false;
        }

        ItemWorker<T> worker = (ItemWorker<T>)call.Worker!;
        Fill_NeedsLock(worker.Claim, item, ref signals);
        _gate.State.Claimed++;

        // Where only one more item fits in, a writer is likely to wait next: its thread can go on with the worker.
        bool near = Capacity == 1 && signals.IsOfWriter && worker.TryAnnounce_NeedsLock();
        if (near)
        {
            _calledNear = worker;
            Watch_NeedsLock(ref signals);
        }

        signals.Call = call with { IsNear = near };
        signals.Workers = _workers;
        return true;
    }

    /// <summary>
    /// What the watchdog does: a worker that was called near its caller, and is still queued with what it had in its hands at
    /// the last look, was called by a thread that does something else, and nobody else was free.
    /// </summary>
    private bool LookAtCall_NeedsLock(ref Signals signals)
    {
        ItemWorker<T>? queued = _calledNear is { IsQueued: true } ? _calledNear : null;
        if (queued is not null && _seenNearTicket != queued.Claim.Ticket)
        {
            _seenNearTicket = queued.Claim.Ticket;
            return true;
        }

        signals.Insist(queued);
        _calledNear = null;
        return false;
    }

    /// <summary>Whether a worker that comes finds something to do.</summary>
    private bool HasWork_NeedsLock => HasOwnWork_NeedsLock || HasLanedWork_NeedsLock;

    /// <summary>As <see cref="HasWork_NeedsLock"/>, but for lanes: who gives them work does so before it enters this lock.</summary>
    private bool HasOwnWork_NeedsLock
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _returned.Count > 0 || Startable_NeedsLock > 0;
    }

    /// <summary>Has a worker come if there is something to do.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CallWorkerForMore_NeedsLock(ref Signals signals)
    {
        if (HasWork_NeedsLock)
        {
            CallWorker_NeedsLock(ref signals);
        }
    }

    /// <summary>Has a worker come for an item that waits. At most one call comes out of a section: the first stands until it is heard.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CallWorker_NeedsLock(ref Signals signals)
    {
        if (_workers is not null && _workers.Call_NeedsLock() is var call && call != default)
        {
            signals.Call = call;
            signals.Workers = _workers;
        }
    }
}
