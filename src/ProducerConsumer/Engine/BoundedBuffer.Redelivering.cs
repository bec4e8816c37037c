namespace ProducerConsumer;

/// <summary>Items that failed and wait to be handled again. Each keeps its place in the capacity meanwhile, and no worker.</summary>
internal sealed partial class BoundedBuffer<T>
{
    /// <summary>Those that wait, in the order in which they failed. Guarded by the lock.</summary>
    private readonly LinkedList<Redelivery> _redeliveries = new();

    /// <summary>Whether nothing will be there for workers to do any more. What a worker has in hand may still come back: that worker is there for it.</summary>
    private bool IsOver_NeedsLock => _finished && _redeliveries.Count == 0 && _laned == 0
        && (_window is null || (_closed ? !_window.IsReleasing && !_window.HasNews : _window.IsEmpty));

    /// <summary>
    /// Has the item that the owner of a claim started last come back after a time, or hands it back if the buffer is
    /// closed by now. The clock is the application's: when it throws, the item comes back at once.
    /// </summary>
    public void Redeliver(Claim<T> claim, TimeSpan delay, TimeProvider clock)
    {
        long place = HasOrder ? claim.CurrentPlace : 0;
        Redelivery redelivery = new(this, new Single<T>(claim.Current, claim.CurrentContext, claim.Attempts + 1, place));
        Signals signals = default;
        bool waits;
        using (EnterSection())
        {
            if (HasOrder)
            {
                Book_NeedsLock(claim);
            }

            if (_lanes is not null)
            {
                TakeAway_NeedsLock(claim); // It keeps its lane, so that what the worker has of the same one is not begun before it.
                CallWorkerForMore_NeedsLock(ref signals);
            }

            _gate.State.Claimed--;
            claim.SettleBooked_NeedsLock();
            waits = !_closed;
            if (waits)
            {
                _items.Reserved++;
                redelivery.Node = _redeliveries.AddLast(redelivery);
            }
            else
            {
                Return_NeedsLock(redelivery.Item, ref signals);
            }
        }

        Raise(ref signals);
        if (waits)
        {
            redelivery.Begin(delay, clock);
        }
    }

    /// <summary>The time has come: the item goes before all that wait. Nothing happens if it was handed back.</summary>
    private void Deliver(Redelivery redelivery)
    {
        Signals signals = default;
        using (EnterSection())
        {
            if (redelivery.Node is not null)
            {
                _redeliveries.Remove(redelivery.Node);
                redelivery.Node = null;
                if (_lanes is not null)
                {
                    ReturnToLanes_NeedsLock([redelivery.Item]);
                }
                else
                {
                    _gate.State.Claimed++;
                    _returned.Enqueue((Redelivery.Ticket, redelivery.Item));
                }

                CallWorkerForMore_NeedsLock(ref signals);
            }
        }

        Raise(ref signals);
    }

    /// <summary>Hands back what waits, in the order in which it failed. Its timers are to be cancelled outside the lock.</summary>
    private void ReturnRedeliveries_NeedsLock(ref Signals signals)
    {
        foreach (Redelivery redelivery in _redeliveries)
        {
            redelivery.Node = null;
            Return_NeedsLock(redelivery.Item, ref signals);
            signals.Cancel(redelivery);
        }

        _redeliveries.Clear();
        _items.Reserved = 0;
    }

    /// <summary>An item that waits for its time.</summary>
    private sealed class Redelivery(BoundedBuffer<T> buffer, Single<T> item)
    {
        /// <summary>Stands for the ticket of a claim, which those of the items that were taken away from one are.</summary>
        public const long Ticket = 0;

        /// <summary>Null before <see cref="Begin"/> has made it.</summary>
        private ITimer? _timer;

        /// <summary>Whether the item was handed back, so that the timer is not wanted any more.</summary>
        private bool _isCancelled;

        public Single<T> Item => item;

        /// <summary>Where it waits; null when it does not any more. Guarded by the lock.</summary>
        public LinkedListNode<Redelivery>? Node { get; set; }

        public void Begin(TimeSpan delay, TimeProvider clock)
        {
            try
            {
                // Kept alive by this, and this by the timer: a timer that nobody refers to may never fire.
                _timer = clock.CreateTimer(
                    static state => ((Redelivery)state!).End(), this, delay, Timeout.InfiniteTimeSpan);

                // With the fence, either this sees that a close came first, or the close sees the timer.
                Interlocked.MemoryBarrier();
                if (Volatile.Read(ref _isCancelled))
                {
                    Release();
                }
            }
            catch (Exception error)
            {
                buffer.RecordForeignFault(error);
                buffer.Deliver(this);
            }
        }

        /// <summary>The item was handed back: a timer must not keep the pipeline alive until its time. Outside the lock.</summary>
        public void Cancel()
        {
            Volatile.Write(ref _isCancelled, true);
            Interlocked.MemoryBarrier(); // The other half of Begin.
            Release();
        }

        private void End()
        {
            buffer.Deliver(this);
            Release();
        }

        /// <summary>The clock is the application's, and on its thread nobody else would catch what it throws.</summary>
        private void Release()
        {
            try
            {
                Volatile.Read(ref _timer)?.Dispose();
            }
            catch (Exception error)
            {
                buffer.RecordForeignFault(error);
            }
        }
    }
}
