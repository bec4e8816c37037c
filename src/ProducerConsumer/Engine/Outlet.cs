using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ProducerConsumer;

/// <summary>Where the results of one worker go, as the worker's loop sees it. Used by that worker alone, but for <see cref="Offer"/>.</summary>
internal abstract class Outlet
{
    /// <summary>Whether the worker waits until there is room for its results, and not for code of the user's.</summary>
    public bool IsBlocked { get; protected set; }

    /// <summary>Whether results may be held back to be published together.</summary>
    protected bool HoldsBack { get; set; }

    /// <summary>Whether results of the call that is running were refused, because the next stage was closed.</summary>
    public bool HasRefused => Refused is not null;

    /// <summary>Whether a call may end: its results were accepted, and none waits for room.</summary>
    public bool IsClear => Refused is null && !IsBlocked;

    /// <summary>The results of the call that is running which the next stage refused; null when it took all.</summary>
    protected List<object?>? Refused { get; set; }

    /// <summary>How many results of the call that is running the next stage accepted. Written by the worker; a report may read it.</summary>
    public int Emitted { get; protected set; }

    /// <summary>The context of the item that is being handled, which its results share; null for none.</summary>
    public ItemContext? Context { get; set; }

    /// <summary>A call begins, for an item without a context unless one is set.</summary>
    /// <param name="holdsBack">Whether results may be held back: the worker has more items to come, and publishes after them.</param>
    public void Begin(bool holdsBack)
    {
        HoldsBack = holdsBack;
        Emitted = 0;
        Context = null;
    }

    /// <summary>Publishes what was held back; completes when all is in, or was handed back.</summary>
    public abstract ValueTask PublishAsync();

    /// <summary>
    /// As <see cref="PublishAsync"/>, by a worker that comes to the buffer of its stage right afterwards if this is complete at
    /// once, and without fail: until then it may keep others from their turn.
    /// </summary>
    public virtual ValueTask PublishLastAsync() => PublishAsync();

    /// <summary>
    /// A call suspended: what was held back before it is published as far as there is room. What the call emits meanwhile,
    /// on whatever thread, may come in between, as the watchdog may.
    /// </summary>
    public abstract void Offer();

    /// <summary>Gives the memory back. Nothing is held back any more.</summary>
    public abstract void Release();

    /// <summary>What became of the results of a call that did not return.</summary>
    public CallResults End()
    {
        CallResults results = new(Emitted, Refused?.ToArray() ?? []);
        Refused = null;
        return results;
    }
}

/// <summary>The way of one worker's results into the buffer of the next stage, several at a time.</summary>
/// <param name="buffer">The buffer of the next stage.</param>
/// <param name="source">The name of the stage that the results come from.</param>
internal class Outlet<T>(BoundedBuffer<T> buffer, string source) : Outlet
{
    private readonly Edge _edge = buffer.AddEdge(source);

    private readonly int _maxBatch = buffer.MaxLocalBatch;

    /// <summary>For the next wait; null until the first one is over.</summary>
    private RoomWait? _spareWait;

    /// <summary>What is held back; null until something is.</summary>
    private LocalBatch<T>? _batch;

    /// <summary>
    /// Emits one result: it is accepted by the next stage from here on. Completes at once if it can be held back or there
    /// is room; fails when the next stage is closed.
    /// </summary>
    public virtual ValueTask EmitAsync(T result)
    {
        if (_batch is not { HasContexts: false } batch || !HoldsBack || IsBlocked || Context is not null || buffer.HasEnded)
        {
            return EmitSlowly(result, Context, shares: true);
        }

        // The short path: one more beside others that are held back.
        Emitted++;
        if (batch.Add(result))
        {
            buffer.Watch();
        }

        return batch.Added < _maxBatch ? default : PublishBatch();
    }

    /// <summary>As <see cref="EmitAsync(T)"/>, with a context of the result's own.</summary>
    public virtual ValueTask EmitAsync(T result, ItemContext? context) => EmitSlowly(result, context, shares: false);

    /// <summary>The long path, out of line, as the other parts that not every result needs: the short one then has nothing to prepare.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ValueTask EmitSlowly(T result, ItemContext? context, bool shares)
    {
        if (!CanEmit(result, out ValueTask refusal))
        {
            return refusal;
        }

        if (shares)
        {
            context?.Share();
        }

        Emitted++;
        if (!HoldsBack || _maxBatch == 1)
        {
            HoldsBack = true; // A call that emits more than one result emits many.
            return WaitFor(buffer.DeliverAsync(result, _edge, context));
        }

        if (_batch is null)
        {
            _batch = new LocalBatch<T>(_edge, _maxBatch);
            buffer.Register(_batch);
        }

        if (_batch.Add(result, context))
        {
            buffer.Watch();
        }

        return _batch.Added < _maxBatch ? default : PublishBatch();
    }

    public override ValueTask PublishAsync() => _batch is { Added: > 0 } ? PublishBatch() : default;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ValueTask PublishBatch() => WaitFor(buffer.PublishAsync(_batch!));

    public override void Offer()
    {
        if (_batch is { } batch)
        {
            buffer.TakeOver(batch);
        }
    }

    public override void Release()
    {
        if (_batch is not null)
        {
            buffer.Unregister(_batch);
            if (!IsBlocked)
            {
                _batch.Release(); // Else a write that nobody awaited still has items in it.
            }

            _batch = null;
        }
    }

    /// <summary>Whether a result can be emitted; if not, it is refused, because the next stage is closed.</summary>
    protected bool CanEmit(T result, out ValueTask refusal)
    {
        if (IsBlocked)
        {
            throw new InvalidOperationException(
                $"Stage '{source}' emits a result while an earlier one still waits for room. Await EmitAsync before it is called again.");
        }

        refusal = default;
        bool canEmit = !buffer.HasEnded;
        if (!canEmit)
        {
            (Refused ??= []).Add(result);
            refusal = ValueTask.FromException(new ChannelClosedException());
        }

        return canEmit;
    }

    /// <summary>Waits until there is room; <see cref="Outlet.IsBlocked"/> meanwhile.</summary>
    protected ValueTask WaitFor(ValueTask<bool> delivery)
    {
        if (!delivery.IsCompletedSuccessfully)
        {
            IsBlocked = true;
            return (Interlocked.Exchange(ref _spareWait, null) ?? new RoomWait(this, buffer)).Begin(delivery);
        }

        delivery.GetAwaiter().GetResult(); // What it stands for goes back to its pool.
        return default;
    }

    /// <summary>
    /// A wait until there is room. Used again: it may happen for every batch, and a pooled asynchronous method would often
    /// allocate, since its pool is the thread's and workers move from thread to thread.
    /// </summary>
    private sealed class RoomWait(Outlet<T> outlet, IWaiterHost host) : Waiter<bool>(host)
    {
        private ConfiguredValueTaskAwaitable<bool>.ConfiguredValueTaskAwaiter _delivery;
        private Action? _end;

        public ValueTask Begin(ValueTask<bool> delivery)
        {
            ValueTask wait = AsPlainValueTask(); // First: it may be over at once, and this may serve another wait.
            _delivery = delivery.ConfigureAwait(false).GetAwaiter();
            _delivery.UnsafeOnCompleted(_end ??= End);
            return wait;
        }

        /// <summary>In a work item of its own, as every wait on a buffer ends. A delivery never throws.</summary>
        private void End()
        {
            _delivery.GetResult(); // What it stands for goes back to its pool.
            outlet.IsBlocked = false;
            Unwatch();
            Succeed_NeedsLock(true); // Without one: nobody else knows it.
            PublishHere();
        }

        protected override void Return() => Volatile.Write(ref outlet._spareWait, this);
    }
}

/// <summary>What became of the results of one call.</summary>
/// <param name="Emitted">How many the next stage accepted.</param>
/// <param name="Refused">Those that it did not accept.</param>
internal readonly record struct CallResults(int Emitted, object?[] Refused)
{
    public static CallResults None { get; } = new(0, []);
}
