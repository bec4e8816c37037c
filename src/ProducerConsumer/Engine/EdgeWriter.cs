using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ProducerConsumer;

/// <summary>Writes into the first buffer of a run on behalf of one source, and refuses waits that only the caller could end.</summary>
/// <param name="run">The run.</param>
/// <param name="buffer">Its first buffer.</param>
/// <param name="edge">The way of the items; null for the application's own writes.</param>
/// <param name="home">An execution context that is known not to be a handler's; null when none is. Comparing it is cheaper than looking into the caller's.</param>
internal abstract class EdgeWriter<T>(PipelineRun run, BoundedBuffer<T> buffer, Edge? edge, ExecutionContext? home) : PipelineWriter<T>
{
    /// <summary>The context of the last item that was written inside an activity, for the next one. It is the same for all of them.</summary>
    private ItemContext? _lastContext;

    protected PipelineRun Run => run;

    protected BoundedBuffer<T> Buffer => buffer;

    /// <summary>What a write throws when this writer was completed though the buffer was not; null while it is open.</summary>
    protected virtual ChannelClosedException? Refusal => null;

    public override bool TryWrite(T item) => Refusal is null && buffer.TryWrite(item, edge, IsHome ? null : CaptureContext());

    public override ValueTask WriteAsync(T item, CancellationToken cancellationToken = default)
    {
        Exception? refusal = Refuse(out ItemContext? context);
        return refusal is null
            ? buffer.WriteAsync(item, edge, cancellationToken, context)
            : ValueTask.FromException(refusal);
    }

    public override ValueTask WriteTrackedAsync(T item, Action<ItemOutcome> onSettled, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(onSettled);
        Exception? refusal = Refuse(out ItemContext? context);
        return refusal is null
            ? buffer.WriteAsync(item, edge, cancellationToken, new ItemContext(Tell, context?.Activity))
            : ValueTask.FromException(refusal);

        void Tell(ItemOutcome outcome)
        {
            try
            {
                onSettled(outcome);
            }
            catch (Exception error)
            {
                run.RecordCallbackFailure(new ItemFailure("settlement callback", error));
            }
        }
    }

    public override ValueTask<int> WriteManyAsync(ReadOnlyMemory<T> items, CancellationToken cancellationToken = default)
    {
        Exception? refusal = Refuse(out ItemContext? context);
        return refusal is null
            ? buffer.WriteManyAsync(items, edge, cancellationToken, context)
            : ValueTask.FromException<int>(refusal);
    }

    public override ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default)
    {
        if (!IsHome && RefuseHandler() is { } refusal)
        {
            return ValueTask.FromException<bool>(refusal);
        }

        return Refusal is null ? buffer.WaitToWriteAsync(cancellationToken) : new ValueTask<bool>(false);
    }

    /// <summary>Why a write fails that may have to wait; null if it is to begin, with that context.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Exception? Refuse(out ItemContext? context)
    {
        context = null;
        if (!IsHome)
        {
            if (RefuseHandler() is { } refusal)
            {
                return refusal;
            }

            context = CaptureContext();
        }

        return Refusal;
    }

    /// <summary>Whether the caller is where nothing is ambient: no handler and no activity.</summary>
    private bool IsHome => home is not null && ReferenceEquals(ExecutionContext.Capture(), home);

    /// <summary>What travels with an item that is written now; null outside of an activity.</summary>
    private ItemContext? CaptureContext()
    {
        if (Activity.Current is not { } activity)
        {
            return null;
        }

        // Several threads may write: whichever context they see is right if its activity is.
        ItemContext? last = _lastContext;
        return last?.Activity == activity ? last : _lastContext = new ItemContext(onSettled: null, activity);
    }

    /// <summary>Always, not only when the buffer is full: a program that works until its buffer fills is worse than one that never does.</summary>
    private InvalidOperationException? RefuseHandler() => RunMark.Current is { IsHandler: true } mark && mark.Run == run
        ? new InvalidOperationException(
            $"A handler of pipeline '{run.Name}' waits for room in its own pipeline, which only handlers can make. Use TryWrite and deal with false, or write from code outside of the pipeline.")
        : null;
}
