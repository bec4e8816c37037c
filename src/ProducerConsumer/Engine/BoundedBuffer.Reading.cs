using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ProducerConsumer;

/// <summary>The side of the buffer that readers outside of the pipeline see.</summary>
internal sealed partial class BoundedBuffer<T>
{
    public bool TryRead([MaybeNullWhen(false)] out T item)
    {
        Signals signals = default;
        using (EnterSection())
        {
            if (_items.Count == 0)
            {
                item = default;
                return false;
            }

            item = Read_NeedsLock(ref signals);
        }

        Raise(ref signals);
        return true;
    }

    private bool TryPeek([MaybeNullWhen(false)] out T item)
    {
        using (EnterSection())
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
        using (EnterSection())
        {
            if (waiter.IsSettled)
            {
                // Cancelled since the first look; the canceller publishes it.
            }
            else if (_items.Count > 0)
            {
                waiter.Succeed_NeedsLock(Read_NeedsLock(ref signals));
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

        using (EnterSection())
        {
            if (_items.Count > 0)
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

    /// <summary>An item that a reader outside of the pipeline takes is done as far as the books go.</summary>
    private T Read_NeedsLock(ref Signals signals)
    {
        Single<T> oldest = _items.RemoveOldest();
        CountRead_NeedsLock(oldest.Context, ref signals);
        Refill_NeedsLock(ref signals);
        return oldest.Item;
    }

    private void CountRead_NeedsLock(ItemContext? context, ref Signals signals)
    {
        _gate.State.Completed++;
        signals.Settle(context, ItemOutcome.Completed);
    }

    /// <summary>Slots were freed: fills them from the parked writes in the same critical section, or notes that all is done.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Refill_NeedsLock(ref Signals signals)
    {
        if (!_writers.IsEmpty)
        {
            MoveIn_NeedsLock(ref signals);
        }

        if (_resting.Count > 0)
        {
            EndRest_NeedsLock(ref signals);
        }

        if (!_writeWatchers.IsEmpty && !_items.IsFull)
        {
            WakeWatchers_NeedsLock(_writeWatchers, ref signals);
        }

        if (_ended && _items.Count == 0)
        {
            EndReads_NeedsLock(ref signals);
            Finish_NeedsLock(ref signals);
        }
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
