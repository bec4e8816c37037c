using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.ObjectPool;

namespace ProducerConsumer;

internal sealed partial class BoundedBuffer<T>
{
    private readonly DefaultObjectPool<WriteWaiter> _writeWaiters;
    private readonly DefaultObjectPool<Watcher> _watchers;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryWrite(T item, Edge? edge = null) => TryWriteQuickly(item, edge) || TryWriteSlowly(item, edge);

    /// <summary>Writes the item, or parks together with it until a reader frees a slot. Not accepted unless it succeeds.</summary>
    public ValueTask WriteAsync(T item, Edge? edge, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        return TryWrite(item, edge)
            ? ValueTask.CompletedTask
            : Park(_writeWaiters.Get().Begin(item, edge), cancellationToken).AsPlainValueTask();
    }

    /// <summary>
    /// Writes the items in their order, as many at once as there is room for, and parks with the rest. Returns how many
    /// are in; fewer than all when the wait was cancelled or the buffer ended meanwhile. Throws only when none is in.
    /// </summary>
    public ValueTask<int> WriteManyAsync(ReadOnlyMemory<T> items, Edge? edge, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<int>(cancellationToken);
        }

        int written = 0;
        Signals signals = default;
        bool ended;
        using (EnterSection())
        {
            ended = _ended;
            if (!ended)
            {
                written = AddMany_NeedsLock(items.Span, ref signals);
                Accept_NeedsLock(edge, written);
            }
        }

        Raise(ref signals);
        if (written == items.Length && !ended)
        {
            return new ValueTask<int>(written);
        }

        // In a drop mode each further item pushes another one out, in a section and with a call of the handler of its own.
        while (_fullMode != BoundedChannelFullMode.Wait && written < items.Length && TryWrite(items.Span[written], edge))
        {
            written++;
        }

        return written == items.Length && written > 0
            ? new ValueTask<int>(written)
            : Park(_writeWaiters.Get().Begin(items, written, edge, isAccepted: false), cancellationToken).AsValueTask();
    }

    public ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<bool>(cancellationToken);
        }

        using (EnterSection())
        {
            if (!_ended && CanAdd_NeedsLock)
            {
                return new ValueTask<bool>(true);
            }

            if (_ended && _error is null)
            {
                return new ValueTask<bool>(false);
            }
        }

        Watcher waiter = _watchers.Get();
        waiter.Watch(cancellationToken);
        Signals signals = default;
        using (EnterSection())
        {
            if (waiter.IsSettled)
            {
                // Cancelled since the first look; the canceller publishes it.
            }
            else if (_ended || CanAdd_NeedsLock)
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

    private bool CanAdd_NeedsLock => !_items.IsFull || _fullMode != BoundedChannelFullMode.Wait;

    /// <summary>
    /// The short path of a write: there is room in the array, and nobody is to be told. Nothing in here can throw, so the
    /// lock is left without a handler.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryWriteQuickly(T item, Edge? edge)
    {
        _gate.Enter();
        AssertInvariants_NeedsLock();
        ref BufferState state = ref _gate.State;
        bool written = state.Detours == Detours.None && _items.TryAddQuickly(item);
        if (written)
        {
            state.Accepted++;
            edge?.Accept_NeedsLock();
        }

        _gate.Exit();
        return written;
    }

    /// <summary>The long path, kept out of line so that the short one has nothing to prepare.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryWriteSlowly(T item, Edge? edge)
    {
        // Read without the lock: the write is at liberty to come before whatever makes room.
        if (_items.IsFull && _fullMode == BoundedChannelFullMode.Wait)
        {
            return false;
        }

        bool written;
        Signals signals = default;
        using (EnterSection())
        {
            written = !_ended && TryAdd_NeedsLock(item, edge, ref signals);
        }

        Raise(ref signals);
        return written;
    }

    /// <summary>Parks a write that found no room, or settles it when there is some by now.</summary>
    private WriteWaiter Park(WriteWaiter waiter, CancellationToken cancellationToken)
    {
        waiter.Watch(cancellationToken);
        Signals signals = default;
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
            else
            {
                _writers.Add(waiter);
                MoveIn_NeedsLock(ref signals);
            }
        }

        Raise(ref signals);
        return waiter;
    }

    /// <summary>Ends a write for which no room will come: its items are handed back if they are accepted, and refused if not.</summary>
    private void Refuse_NeedsLock(WriteWaiter write, ref Signals signals)
    {
        if (write.IsAccepted)
        {
            _parkedAccepted -= write.Pending;
            Return_NeedsLock(write.Rest);
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
            if (write.IsSingle && !write.IsAccepted)
            {
                if (!TryAdd_NeedsLock(write.Item, write.Edge, ref signals))
                {
                    return;
                }

                write.Advance_NeedsLock(1);
            }
            else
            {
                int moved = AddMany_NeedsLock(write.Rest, ref signals);
                write.Advance_NeedsLock(moved);
                if (write.IsAccepted)
                {
                    _parkedAccepted -= moved;
                }
                else
                {
                    Accept_NeedsLock(write.Edge, moved);
                }
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
            else
            {
                signals.Add(write);
            }
        }
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

    /// <summary>Puts as many items in as there is room for, whatever the mode; returns how many. The caller accepts them.</summary>
    private int AddMany_NeedsLock(ReadOnlySpan<T> items, ref Signals signals)
    {
        int added = 0;
        while (added < items.Length && !_readers.IsEmpty)
        {
            Enqueue_NeedsLock(items[added], ref signals);
            added++;
        }

        int rest = Math.Min(items.Length - added, _items.Room);
        if (rest > 0)
        {
            _items.AddMany(items.Slice(added, rest));
            added += rest;
            CallWorker_NeedsLock(ref signals);
            WakeWatchers_NeedsLock(_readWatchers, ref signals);
        }

        return added;
    }

    /// <summary>Puts an accepted item where it is taken next: in the hands of who waits for it, or behind the others.</summary>
    private void Enqueue_NeedsLock(T item, ref Signals signals)
    {
        if (_readers.RemoveFirst() is Waiter<T> reader)
        {
            CountRead_NeedsLock();
            reader.Succeed_NeedsLock(item);
            signals.Add(reader);
            return;
        }

        if (TryHandOver_NeedsLock(item, ref signals))
        {
            return;
        }

        _items.Add(item);
        CallWorker_NeedsLock(ref signals);
        WakeWatchers_NeedsLock(_readWatchers, ref signals);
    }

    private void Accept_NeedsLock(Edge? edge, int count = 1)
    {
        _gate.State.Accepted += count;
        edge?.Accept_NeedsLock(count);
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
