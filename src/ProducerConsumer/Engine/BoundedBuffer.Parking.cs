using Microsoft.Extensions.ObjectPool;

namespace ProducerConsumer;

/// <summary>Writes that wait for room, together with their items.</summary>
internal sealed partial class BoundedBuffer<T>
{
    private readonly DefaultObjectPool<WriteWaiter> _writeWaiters;
    private readonly DefaultObjectPool<Watcher> _watchers;

    /// <summary>Parks a write that found no room, or settles it when there is some by now.</summary>
    private WriteWaiter Park(WriteWaiter waiter, CancellationToken cancellationToken)
    {
        if (waiter.Edge?.Token == cancellationToken)
        {
            waiter.StopToken = cancellationToken;
        }
        else
        {
            waiter.Watch(cancellationToken);
        }

        Signals signals = default;
        signals.IsOfWriter = true;
        using (EnterSection())
        {
            if (waiter.IsSettled)
            {
                // Cancelled since the first look; the canceller publishes it.
            }
            else if (_ended)
            {
                Refuse_NeedsLock(waiter, ref signals);
            }
            else if (waiter.StopToken.IsCancellationRequested)
            {
                // Under the lock: the stop, which cancels first and then ends the waits, may be done with them.
                Cancel_NeedsLock(waiter, ref signals);
            }
            else
            {
                _writers.Add(waiter);
                MoveIn_NeedsLock(ref signals);
            }
        }

        Raise(ref signals);
        return waiter;
    }

    /// <summary>Ends the waits of producers whose tokens are cancelled: their writes are not registered with them. After the tokens.</summary>
    public void CancelWrites()
    {
        Signals signals = default;
        using (EnterSection())
        {
            for (Waiter? waiter = _writers.First; waiter is not null;)
            {
                Waiter? next = waiter.Next;
                if (waiter is WriteWaiter { StopToken.IsCancellationRequested: true } write)
                {
                    Cancel_NeedsLock(write, ref signals);
                }

                waiter = next;
            }
        }

        Raise(ref signals);
    }

    private static void Cancel_NeedsLock(WriteWaiter write, ref Signals signals)
    {
        OperationCanceledException error = new(write.StopToken); // First: for want of memory the write stays where it is.
        write.List?.Remove(write);
        write.Fail_NeedsLock(error);
        signals.Add(write);
    }

    /// <summary>Ends a write for which no room will come: its items are handed back if they are accepted, and refused if not.</summary>
    private void Refuse_NeedsLock(WriteWaiter write, ref Signals signals)
    {
        if (write.IsAccepted)
        {
            _parkedAccepted -= write.Pending;
            if (write.IsSingle)
            {
                Return_NeedsLock(write.Item, ref signals);
            }
            else
            {
                Return_NeedsLock(write.PendingItems, ref signals);
            }

            write.Succeed_NeedsLock(write.Written);
        }
        else
        {
            write.Fail_NeedsLock(ClosedException_NeedsLock());
        }

        signals.Add(write);
    }

    /// <summary>Moves the items of parked writes in while there is room, in the order in which the writes came.</summary>
    private void MoveIn_NeedsLock(ref Signals signals)
    {
        while (_writers.First is WriteWaiter write)
        {
            int moved;
            if (!write.IsSingle)
            {
                moved = AddMany_NeedsLock(write.PendingItems, ref signals);
            }
            else if (_items.IsFull)
            {
                return;
            }
            else
            {
                Enqueue_NeedsLock(write.Item, ref signals);
                moved = 1;
            }

            write.Advance_NeedsLock(moved);
            if (write.IsAccepted)
            {
                _parkedAccepted -= moved;
            }
            else
            {
                Accept_NeedsLock(write.Edge, moved);
            }

            if (write.Pending > 0)
            {
                return;
            }

            _writers.Remove(write);
            write.Succeed_NeedsLock(write.Written);
            if (signals.IsPaced)
            {
                Pace_NeedsLock(write, ref signals);
            }
            else if (signals.IsQuick && !write.IsSingle && !HasRestedRoom_NeedsLock)
            {
                _resting.Enqueue(write);
                Watch_NeedsLock(ref signals);
            }
            else
            {
                signals.Add(write);
            }
        }
    }
}
