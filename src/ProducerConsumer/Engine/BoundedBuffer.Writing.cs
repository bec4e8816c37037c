using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ProducerConsumer;

internal sealed partial class BoundedBuffer<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryWrite(T item, Edge? edge = null, ItemContext? context = null, bool waits = false) =>
        (context is null && (_intake.TryAdd(item, edge) || TryWriteAndOpen(item, edge)))
        || TryWriteSlowly(new Single<T>(item, context), edge, waits);

    /// <summary>Writes the item, or parks together with it until a reader frees a slot. Not accepted unless it succeeds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ValueTask WriteAsync(T item, Edge? edge, CancellationToken cancellationToken, ItemContext? context = null)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        return TryWrite(item, edge, context, waits: true)
            ? ValueTask.CompletedTask
            : Park(_writeWaiters.Get().Begin(new Single<T>(item, context), edge), cancellationToken).AsPlainValueTask();
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

    /// <summary>The long path, kept out of line so that the short one has nothing to prepare.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryWriteSlowly(Single<T> item, Edge? edge, bool waits)
    {
        // Read without the lock: the write is at liberty to come before whatever makes room.
        if (_items.Count >= Capacity && _fullMode == BoundedChannelFullMode.Wait)
        {
            return false;
        }

        bool written;
        Signals signals = default;
        signals.IsOfWriter = waits && _fullMode == BoundedChannelFullMode.Wait;
        using (EnterSection())
        {
            written = !_ended && TryAdd_NeedsLock(item, edge, ref signals);
        }

        Raise(ref signals);
        return written;
    }

    /// <summary>Lets an item in when there is room or the mode makes some; false when the writer has to wait.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryAdd_NeedsLock(Single<T> item, Edge? edge, ref Signals signals)
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

    /// <summary>Puts an accepted item where it is taken next: in the hands of who waits for it, or behind the others.</summary>
    private void Enqueue_NeedsLock(Single<T> item, ref Signals signals)
    {
        if (_readers.RemoveFirst() is Waiter<T> reader)
        {
            CountRead_NeedsLock(item.Context, ref signals);
            reader.Succeed_NeedsLock(item.Item);
            signals.Add(reader);
            return;
        }

        if (TryHandOver_NeedsLock(item, ref signals))
        {
            return;
        }

        _items.Add(item.Item, item.Context);
        CallWorkerForMore_NeedsLock(ref signals);
        WakeWatchers_NeedsLock(_readWatchers, ref signals);
    }

    /// <summary>Puts an item behind the others if there is room without growing, and if nobody is to be told. Cannot throw.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryAddQuickly_NeedsLock(T item, Edge? edge)
    {
        ref BufferState state = ref _gate.State;
        bool added = state.Detours == Detours.None && _items.TryAddQuickly(item);
        if (added)
        {
            state.Accepted++;
            edge?.Accept_NeedsLock();
        }

        return added;
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
