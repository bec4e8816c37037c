using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace ProducerConsumer;

internal sealed partial class BoundedBuffer<T>
{
    public bool TryRead([MaybeNullWhen(false)] out T item)
    {
        Signals signals = default;
        using (_gate.Enter())
        {
            AssertInvariants_NeedsLock();
            if (_items.Count == 0)
            {
                item = default;
                return false;
            }

            item = RemoveOldest_NeedsLock(ref signals);
            CountRead_NeedsLock();
        }

        Raise(ref signals);
        return true;
    }

    private bool TryPeek([MaybeNullWhen(false)] out T item)
    {
        using (_gate.Enter())
        {
            bool any = _items.Count > 0;
            item = any ? _items.Oldest : default;
            return any;
        }
    }

    private ValueTask<T> ReadAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<T>(cancellationToken);
        }

        if (TryRead(out T? item))
        {
            return new ValueTask<T>(item);
        }

        Waiter<T> waiter = new(this);
        waiter.Watch(cancellationToken);
        Signals signals = default;
        using (_gate.Enter())
        {
            AssertInvariants_NeedsLock();
            if (waiter.IsSettled)
            {
                // Cancelled since the first look; the canceller publishes it.
            }
            else if (_items.Count > 0)
            {
                waiter.Succeed_NeedsLock(RemoveOldest_NeedsLock(ref signals));
                CountRead_NeedsLock();
                signals.Add(waiter);
            }
            else if (_ended)
            {
                waiter.Fail_NeedsLock(ClosedException_NeedsLock());
                signals.Add(waiter);
            }
            else
            {
                _readers.Add(waiter);
            }
        }

        Raise(ref signals);
        return waiter.AsValueTask();
    }

    private ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<bool>(cancellationToken);
        }

        Waiter<bool> waiter = new(this);
        waiter.Watch(cancellationToken);
        Signals signals = default;
        using (_gate.Enter())
        {
            AssertInvariants_NeedsLock();
            if (waiter.IsSettled)
            {
                // Cancelled since the first look; the canceller publishes it.
            }
            else if (_items.Count > 0 || _ended)
            {
                SettleWatch_NeedsLock(waiter, chance: _items.Count > 0);
                signals.Add(waiter);
            }
            else
            {
                _readWatchers.Add(waiter);
            }
        }

        Raise(ref signals);
        return waiter.AsValueTask();
    }

    /// <summary>Takes out the oldest item and fills its slot from the parked writes, in the same critical section.</summary>
    private T RemoveOldest_NeedsLock(ref Signals signals)
    {
        T item = _items.RemoveOldest();
        if (_writers.RemoveFirst() is WriteWaiter write)
        {
            if (write.IsAccepted)
            {
                _parkedAccepted--;
            }
            else
            {
                Accept_NeedsLock(write.Edge);
            }

            Enqueue_NeedsLock(write.Item, ref signals);
            write.Succeed_NeedsLock(true);
            signals.Add(write);
        }
        else
        {
            WakeWatchers_NeedsLock(_writeWatchers, ref signals);
        }

        if (_ended && _items.Count == 0)
        {
            EndReads_NeedsLock(ref signals);
            Finish_NeedsLock(ref signals);
        }

        return item;
    }

    /// <summary>An item that a reader outside of the pipeline took is done as far as the books go.</summary>
    private void CountRead_NeedsLock()
    {
        _ledger.Start_NeedsLock();
        _ledger.Complete_NeedsLock();
    }

    private sealed class BufferReader(BoundedBuffer<T> buffer) : ChannelReader<T>
    {
        public override Task Completion => buffer._completion.Task;

        public override bool CanCount => true;

        public override int Count => buffer.Count;

        public override bool CanPeek => true;

        public override bool TryRead([MaybeNullWhen(false)] out T item) => buffer.TryRead(out item);

        public override bool TryPeek([MaybeNullWhen(false)] out T item) => buffer.TryPeek(out item);

        public override ValueTask<T> ReadAsync(CancellationToken cancellationToken = default) =>
            buffer.ReadAsync(cancellationToken);

        public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) =>
            buffer.WaitToReadAsync(cancellationToken);
    }
}
