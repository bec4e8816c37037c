using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>
/// A producer whose items the pipeline asks for. What the source returns is accepted, so it is delivered whether there is
/// room or not; from a quick source several at a time.
/// </summary>
internal abstract class PullWorker<T>(SourceStage stage, BoundedBuffer<T> buffer) : ProduceWorker<T>(stage, buffer)
{
    /// <summary>Batches that take longer, in microseconds, are made smaller, so that no item waits long for those behind it.</summary>
    private const int BatchBudget = 5;

    /// <summary>How many items are kept between two looks at the clock, which costs as much as an item.</summary>
    private const int ItemsPerLook = 16;

    private BatchSize _batchSize = new(buffer.MaxLocalBatch, BatchBudget);

    /// <summary>The items that are held back; null until the source proves quick.</summary>
    private LocalBatch<T>? _batch;

    /// <summary>How many items the batch at hand is to have. With one, an item is delivered on its own.</summary>
    private int _size = 1;

    /// <summary>How many more items the batch takes before there is something to look after; 0 when none is begun.</summary>
    private int _beforeLook;

    /// <summary>An item that is to be delivered on its own, when <see cref="_hasItem"/>.</summary>
    private T _item = default!;
    private ItemContext? _itemContext;
    private bool _hasItem;

    /// <summary>Whether the source is to be asked for more.</summary>
    protected bool IsWanted
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => !Token.IsCancellationRequested && !Buffer.HasEnded;
    }

    /// <summary>
    /// Takes an item that the source returned, which counts as accepted from now on, and what it left behind on this
    /// thread. True when the source can be asked for the next one first; false when <see cref="DeliverAsync"/> is due, and
    /// a rest maybe.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected bool Keep(T item)
    {
        if (_beforeLook == 0 || IsContextChanged)
        {
            return KeepSlowly(item);
        }

        Add(item, context: null);
        return --_beforeLook > 0 || TryGoOn();
    }

    /// <summary>The long path: an item that is alone, the first of a batch, or one that the source left something behind with.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool KeepSlowly(T item)
    {
        ItemContext? context = IsContextChanged ? TakeContext() : null;
        if (_size == 1)
        {
            if (_batchSize.IsTiming)
            {
                _batchSize.Begin(1);
            }
            else
            {
                _batchSize.Start(); // The next one tells how long the source takes.
            }

            _item = item;
            _itemContext = context;
            _hasItem = true;
            return false;
        }

        if (_beforeLook == 0)
        {
            _batchSize.Begin(_size);
            _beforeLook = Math.Min(_size, ItemsPerLook);
        }

        Add(item, context);
        return --_beforeLook > 0 || TryGoOn();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(T item, ItemContext? context)
    {
        if (_batch!.Add(item, context))
        {
            Buffer.Watch();
        }
    }

    /// <summary>Whether the batch takes more items; now and then also whether the thread does.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryGoOn()
    {
        _beforeLook = IsStreakOver ? 0 : Math.Min(_size - _batch!.Added, ItemsPerLook);
        return _beforeLook > 0;
    }

    /// <summary>
    /// Takes away what the source left behind on this thread. An enumerable that runs inside an activity leaves that to
    /// whoever asked for the item; an asynchronous one does not.
    /// </summary>
    private ItemContext? TakeContext()
    {
        ItemContext? context = Activity.Current is { } activity ? new ItemContext(onSettled: null, activity) : null;
        RestoreContext();
        return context;
    }

    /// <summary>
    /// Delivers what was kept, and judges by the time it took how many items to keep next. To be awaited before anything
    /// else is kept; completes when all is in, or was handed back.
    /// </summary>
    protected ValueTask<bool> DeliverAsync()
    {
        _batchSize.End();
        _beforeLook = 0;
        ValueTask<bool> delivery = new(true);
        if (_hasItem)
        {
            T item = _item;
            ItemContext? context = _itemContext;
            _item = default!;
            _itemContext = null;
            _hasItem = false;
            delivery = Buffer.DeliverAsync(item, Edge, context);
        }
        else if (_batch is { Added: > 0 })
        {
            delivery = Buffer.PublishAsync(_batch);
        }

        if (!delivery.IsCompleted)
        {
            _batchSize.Forget(); // The time until there is room says nothing of the source.
            if (OwnThread is { } thread)
            {
                delivery = new ValueTask<bool>(thread.Await(delivery)); // It has nothing else to do.
            }
        }

        _size = _batchSize.Value;
        if (_size > 1 && _batch is null)
        {
            _batch = new LocalBatch<T>(Edge, Buffer.MaxLocalBatch);
            Buffer.Register(_batch);
        }

        return delivery;
    }

    /// <summary>The source makes the worker wait: delivers what was kept, and begins anew with single items.</summary>
    protected ValueTask<bool> FlushAsync()
    {
        ValueTask<bool> delivery = DeliverAsync();
        _batchSize.Reset();
        _size = 1;
        return delivery;
    }

    protected override async ValueTask FinishAsync()
    {
        await DeliverAsync().ConfigureAwait(false);
        if (_batch is not null)
        {
            Buffer.Unregister(_batch);
            _batch.Release();
            _batch = null;
        }
    }
}
