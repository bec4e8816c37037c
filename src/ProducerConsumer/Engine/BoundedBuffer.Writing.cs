using System.Threading.Channels;

namespace ProducerConsumer;

internal sealed partial class BoundedBuffer<T>
{
    public bool TryWrite(T item, Edge? edge = null)
    {
        bool written;
        Signals signals = default;
        using (_gate.Enter())
        {
            AssertInvariants_NeedsLock();
            written = !_ended && TryAdd_NeedsLock(item, edge, ref signals);
        }

        Raise(ref signals);
        return written;
    }

    /// <summary>Writes the item, or parks together with it until a reader frees a slot. Not accepted unless it succeeds.</summary>
    public ValueTask WriteAsync(T item, Edge? edge, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        if (TryWrite(item, edge))
        {
            return ValueTask.CompletedTask;
        }

        WriteWaiter waiter = new(this, item, edge, isAccepted: false);
        waiter.Watch(cancellationToken);
        Signals signals = default;
        using (_gate.Enter())
        {
            AssertInvariants_NeedsLock();
            if (waiter.IsSettled)
            {
                // Cancelled since the first look; the canceller publishes it.
            }
            else if (_ended)
            {
                waiter.Fail_NeedsLock(ClosedException_NeedsLock());
                signals.Add(waiter);
            }
            else if (TryAdd_NeedsLock(item, edge, ref signals))
            {
                waiter.Succeed_NeedsLock(true);
                signals.Add(waiter);
            }
            else
            {
                _writers.Add(waiter);
            }
        }

        Raise(ref signals);
        return waiter.AsPlainValueTask();
    }

    /// <summary>
    /// Takes over an item that counts as accepted because its source returned it to the pipeline. Waits for room; true
    /// when it is in, false when the buffer was closed and the item is handed back as undelivered. Never throws.
    /// </summary>
    public ValueTask<bool> DeliverAsync(T item, Edge edge)
    {
        WriteWaiter? waiter = null;
        bool added = false;
        Signals signals = default;
        using (_gate.Enter())
        {
            AssertInvariants_NeedsLock();
            if (_ended)
            {
                Accept_NeedsLock(edge);
                _ledger.ReturnUnstarted_NeedsLock(item);
            }
            else if (!(added = TryAdd_NeedsLock(item, edge, ref signals)))
            {
                Accept_NeedsLock(edge);
                _parkedAccepted++;
                waiter = new WriteWaiter(this, item, edge, isAccepted: true);
                _writers.Add(waiter);
            }
        }

        Raise(ref signals);
        return waiter is null ? new ValueTask<bool>(added) : waiter.AsValueTask();
    }

    public ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken)
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
            else if (_ended || !_items.IsFull || _fullMode != BoundedChannelFullMode.Wait)
            {
                SettleWatch_NeedsLock(waiter, chance: !_ended);
                signals.Add(waiter);
            }
            else
            {
                _writeWatchers.Add(waiter);
            }
        }

        Raise(ref signals);
        return waiter.AsValueTask();
    }

    /// <summary>Lets an item in when there is room or the mode makes some; false when the writer has to wait.</summary>
    private bool TryAdd_NeedsLock(T item, Edge? edge, ref Signals signals)
    {
        if (_items.IsFull)
        {
            if (_fullMode == BoundedChannelFullMode.Wait)
            {
                return false;
            }

            _ledger.Drop_NeedsLock();
            if (_fullMode == BoundedChannelFullMode.DropWrite)
            {
                Accept_NeedsLock(edge);
                signals.Drop(item);
                return true;
            }

            signals.Drop(_fullMode == BoundedChannelFullMode.DropOldest ? _items.RemoveOldest() : _items.RemoveNewest());
        }

        Enqueue_NeedsLock(item, ref signals);
        Accept_NeedsLock(edge); // Last: an array that cannot grow must not leave an item in the books that is nowhere else.
        return true;
    }

    /// <summary>Puts an accepted item where the next reader finds it: in a parked reader's hands, or behind the others.</summary>
    private void Enqueue_NeedsLock(T item, ref Signals signals)
    {
        if (_readers.RemoveFirst() is Waiter<T> reader)
        {
            CountRead_NeedsLock();
            reader.Succeed_NeedsLock(item);
            signals.Add(reader);
            return;
        }

        _items.Add(item);
        CallWorker_NeedsLock(ref signals);
        WakeWatchers_NeedsLock(_readWatchers, ref signals);
    }

    private void Accept_NeedsLock(Edge? edge)
    {
        _ledger.Accept_NeedsLock();
        edge?.Accept_NeedsLock();
    }

    /// <summary>Wakes everybody who watches for a chance; who loses the race for it watches again.</summary>
    private static void WakeWatchers_NeedsLock(WaiterList watchers, ref Signals signals)
    {
        while (watchers.RemoveFirst() is Waiter<bool> watcher)
        {
            watcher.Succeed_NeedsLock(true);
            signals.Add(watcher);
        }
    }

    /// <summary>A parked write with its item: whoever frees a slot moves the item in, and nobody can overtake it.</summary>
    private sealed class WriteWaiter(IWaiterHost host, T item, Edge? edge, bool isAccepted) : Waiter<bool>(host)
    {
        public T Item => item;

        public Edge? Edge => edge;

        /// <summary>Whether the item counts as accepted while it is parked, so that it must be settled and not refused.</summary>
        public bool IsAccepted => isAccepted;
    }

    private sealed class BufferWriter(BoundedBuffer<T> buffer) : ChannelWriter<T>
    {
        public override bool TryWrite(T item) => buffer.TryWrite(item);

        public override ValueTask WriteAsync(T item, CancellationToken cancellationToken = default) =>
            buffer.WriteAsync(item, edge: null, cancellationToken);

        public override ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default) =>
            buffer.WaitToWriteAsync(cancellationToken);

        public override bool TryComplete(Exception? error = null) => buffer.TryComplete(error);
    }
}
