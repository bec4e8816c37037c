using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace ProducerConsumer;

/// <summary>Several items in one critical section.</summary>
internal sealed partial class BoundedBuffer<T>
{
    /// <summary>
    /// Writes the items in their order, as many at once as there is room for, and parks with the rest. Returns how many
    /// are in; fewer than all when the wait was cancelled or the buffer ended meanwhile. Throws only when none is in.
    /// </summary>
    public ValueTask<int> WriteManyAsync(
        ReadOnlyMemory<T> items, Edge? edge, CancellationToken cancellationToken, ItemContext? context = null)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<int>(cancellationToken);
        }

        // The memory of a manager is code of the caller's: asked once, here, and never under the lock. A manager can have an
        // array as well, and then it is the array that is kept.
        ReadOnlyMemory<T> own = MemoryMarshal.TryGetArray(items, out ArraySegment<T> array) ? array : items.ToArray();
        if (context is null && TryWriteQuickly(own.Span, edge))
        {
            return new ValueTask<int>(own.Length);
        }

        ItemContext?[] contexts = [];
        if (context is not null)
        {
            contexts = new ItemContext?[own.Length];
            Array.Fill(contexts, context);
        }

        return WriteManySlowly(new Portion<T>(own, contexts), edge, cancellationToken);
    }

    private ValueTask<int> WriteManySlowly(Portion<T> items, Edge? edge, CancellationToken cancellationToken)
    {
        int written = 0;
        Signals signals = default;
        bool ended;
        using (EnterSection())
        {
            ended = _ended;
            if (!ended)
            {
                written = AddMany_NeedsLock(items, ref signals);
                Accept_NeedsLock(edge, written);
            }
        }

        Raise(ref signals);
        if (written == items.Length && !ended)
        {
            return new ValueTask<int>(written);
        }

        // In a drop mode each further item pushes another one out, in a section and with a call of the handler of its own.
        while (_fullMode != BoundedChannelFullMode.Wait && written < items.Length && TryWrite(items.Items.Span[written], edge, items.ContextOf(written)))
        {
            written++;
        }

        return written == items.Length && written > 0
            ? new ValueTask<int>(written)
            : Park(_writeWaiters.Get().Begin(items, written, edge, isAccepted: false), cancellationToken).AsValueTask();
    }

    /// <summary>The short path, as for one item: all or none.</summary>
    private bool TryWriteQuickly(ReadOnlySpan<T> items, Edge? edge)
    {
        _gate.Enter();
        AssertInvariants_NeedsLock();
        ref BufferState state = ref _gate.State;
        bool written = state.Detours == Detours.None && _items.TryAddQuickly(items);
        if (written)
        {
            state.Accepted += items.Length;
            edge?.Accept_NeedsLock(items.Length);
        }

        _gate.Exit();
        return written;
    }

    /// <summary>Puts as many items in as there is room for, whatever the mode; returns how many. The caller accepts them.</summary>
    private int AddMany_NeedsLock(Portion<T> items, ref Signals signals)
    {
        int added = 0;
        while (added < items.Length && !_readers.IsEmpty)
        {
            Enqueue_NeedsLock(new Single<T>(items.Items.Span[added], items.ContextOf(added)), ref signals);
            added++;
        }

        int rest = Math.Min(items.Length - added, _items.Room);
        if (rest > 0)
        {
            _items.AddMany(items[added..(added + rest)]);
            added += rest;
            CallWorkerForMore_NeedsLock(ref signals);
            WakeWatchers_NeedsLock(_readWatchers, ref signals);
        }

        return added;
    }
}
