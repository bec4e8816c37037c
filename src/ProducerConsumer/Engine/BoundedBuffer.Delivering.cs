using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ProducerConsumer;

/// <summary>
/// The side of the buffer that pulling producers and the stage before see: what a source returned or a stage emitted is
/// accepted, whether there is room or not.
/// </summary>
internal sealed partial class BoundedBuffer<T>
{
    /// <summary>The sources that write here. Guarded by the lock.</summary>
    private readonly List<Edge> _edges = [];

    /// <summary>Batches that workers may be filling. Guarded by the lock.</summary>
    private readonly List<LocalBatch<T>> _batches = [];

    /// <summary>Whether no item is let in any more; read without the lock, for those who would ask a source for more.</summary>
    public bool HasEnded => Volatile.Read(ref _ended);

    /// <summary>The most items that a pulling worker may hold back: up to 64. None in a drop mode: each item drops on its own.</summary>
    public int MaxLocalBatch =>
        _fullMode == BoundedChannelFullMode.Wait ? Math.Max(1, Math.Min(Math.Min(MaxBatch, 64), Capacity / 4)) : 1;

    /// <summary>
    /// How many more items there is room for, or was a moment ago: it is read without the lock, and without the intake. For a
    /// stage that releases results in order: into the next buffer nobody writes one item at a time.
    /// </summary>
    public int Room => _items.Room;

    /// <summary>Opens the way of one more producer.</summary>
    public Edge AddEdge(string source)
    {
        Edge edge = new(source);
        using (EnterSection())
        {
            _edges.Add(edge);
        }

        return edge;
    }

    /// <summary>
    /// Takes over an item that counts as accepted because its source returned it to the pipeline. Waits for room; true
    /// when it is in, false when the buffer was closed and the item is handed back as undelivered. Never throws.
    /// </summary>
    public ValueTask<bool> DeliverAsync(T item, Edge edge, ItemContext? context = null)
    {
        if (context is null && TryWriteQuickly(item, edge))
        {
            return new ValueTask<bool>(true);
        }

        Single<T> single = new(item, context);

        // Accepted and parked in one section: an item that is accepted has to be where a close finds it.
        WriteWaiter waiter = _writeWaiters.Get();
        bool added = false;
        bool parked = false;
        Signals signals = default;
        using (EnterSection())
        {
            if (_ended)
            {
                Accept_NeedsLock(edge);
                Return_NeedsLock(single, ref signals);
            }
            else if (!(added = TryAdd_NeedsLock(single, edge, ref signals)))
            {
                Accept_NeedsLock(edge);
                _parkedAccepted++;
                _writers.Add(waiter.Begin(single, edge, isAccepted: true));
                parked = true;
            }
        }

        Raise(ref signals);
        return parked ? waiter.AsDelivery() : Spare(waiter, added);
    }

    /// <summary>The short path of a delivery. Nothing in here can throw, so the lock is left without a handler.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryWriteQuickly(T item, Edge? edge)
    {
        _gate.Enter();
        AssertInvariants_NeedsLock();
        bool written = TryAddQuickly_NeedsLock(item, edge);
        _gate.Exit();
        return written;
    }

    /// <summary>Takes over the items of a worker's batch, as <see cref="DeliverAsync"/> does; true when all are in.</summary>
    public ValueTask<bool> PublishAsync(LocalBatch<T> batch)
    {
        return !batch.HasContexts && TryPublishQuickly(batch)
            ? new ValueTask<bool>(true)
            : DeliverManySlowly(batch, default, batch.Edge);
    }

    /// <summary>Takes over items, as <see cref="DeliverAsync"/> does; true when all are in. Their memory is not the caller's before that.</summary>
    public ValueTask<bool> DeliverManyAsync(Portion<T> items, Edge edge)
    {
        if (!items.HasContexts && TryWriteQuickly(items.Items.Span, edge))
        {
            items.Forget();
            return new ValueTask<bool>(true);
        }

        return _fullMode == BoundedChannelFullMode.Wait ? DeliverManySlowly(batch: null, items, edge) : DeliverEach(items, edge);
    }

    /// <summary>In a drop mode each item drops on its own, and nothing waits.</summary>
    private ValueTask<bool> DeliverEach(Portion<T> items, Edge edge)
    {
        bool areIn = true;
        for (int i = 0; i < items.Length; i++)
        {
            ValueTask<bool> delivery = DeliverAsync(items.Items.Span[i], edge, items.ContextOf(i));
            areIn &= delivery.IsCompletedSuccessfully && delivery.Result;
        }

        items.Forget();
        return new ValueTask<bool>(areIn);
    }

    private ValueTask<bool> DeliverManySlowly(LocalBatch<T>? batch, Portion<T> items, Edge edge)
    {
        WriteWaiter waiter = _writeWaiters.Get();
        bool ended;
        bool parked = false;
        Signals signals = default;
        using (EnterSection())
        {
            ended = _ended;
            items = batch?.TakeAll_NeedsLock() ?? items;
            Accept_NeedsLock(edge, items.Length);
            if (ended)
            {
                Return_NeedsLock(items, ref signals);
                items.Forget();
            }
            else
            {
                int added = AddMany_NeedsLock(items, ref signals);
                items[..added].Forget();
                if (added < items.Length)
                {
                    _parkedAccepted += items.Length - added;
                    _writers.Add(waiter.Begin(items[added..], written: 0, edge, isAccepted: true));
                    parked = true;
                }
            }
        }

        Raise(ref signals);
        return parked ? waiter.AsDelivery() : Spare(waiter, !ended);
    }

    /// <summary>Gives a waiter back that was not needed.</summary>
    private ValueTask<bool> Spare(WriteWaiter waiter, bool result)
    {
        _writeWaiters.Return(waiter);
        return new ValueTask<bool>(result);
    }

    /// <summary>The short path, as for a write.</summary>
    private bool TryPublishQuickly(LocalBatch<T> batch)
    {
        _gate.Enter();
        AssertInvariants_NeedsLock();
        int count = batch.Count_NeedsLock;
        bool published = _gate.State.Detours == Detours.None && count <= _items.QuickRoom;
        if (published)
        {
            Portion<T> items = batch.TakeAll_NeedsLock();
            _items.TryAddQuickly(items.Items.Span);
            Accept_NeedsLock(batch.Edge, count);
            items.Forget();
        }

        _gate.Exit();
        return published;
    }

    /// <summary>Lets the watchdog and a close look into a batch.</summary>
    public void Register(LocalBatch<T> batch)
    {
        using (EnterSection())
        {
            _batches.Add(batch);
        }
    }

    /// <summary>The worker of an empty batch ends.</summary>
    public void Unregister(LocalBatch<T> batch)
    {
        using (EnterSection())
        {
            _batches.Remove(batch);
        }
    }

    /// <summary>Hands accepted items back that nobody has started.</summary>
    private void Return_NeedsLock(Portion<T> items, ref Signals signals)
    {
        for (int i = 0; i < items.Length; i++)
        {
            Return_NeedsLock(new Single<T>(items.Items.Span[i], items.ContextOf(i)), ref signals);
        }
    }

    private void Return_NeedsLock(Single<T> item, ref Signals signals)
    {
        if (item.Attempts > 0)
        {
            _window?.End(item.Place); // Results of an earlier call may still wait for their turn.
        }

        _ledger.Return_NeedsLock(new UndeliveredItem(item.Item, item.Attempts, started: item.Attempts > 0));
        signals.Settle(item.Context, ItemOutcome.Undelivered);
    }
}
