namespace ProducerConsumer;

/// <summary>
/// The code of one worker of a stage: takes items one after the other and emits results. The base of every verb that
/// emits, and of verbs of your own: see <see cref="PipelineBuilder{TIn, T}.AddStage{TOut}(Func{StageWorker{T, TOut}}, Action{StageOptions{T}}?, int)"/>.
/// </summary>
/// <typeparam name="T">The items that the stage takes.</typeparam>
/// <typeparam name="TOut">The results.</typeparam>
/// <remarks>
/// Each worker of the stage has an instance of its own, and calls of one instance never overlap, so it needs no lock.
/// An item is settled when its call ends: returned, it is completed; an exception is a failure of the item.
/// </remarks>
public abstract class StageWorker<T, TOut>
{
    private Outlet<TOut>? _outlet;

    /// <summary>Handles one item.</summary>
    /// <param name="item">The item.</param>
    /// <param name="cancellationToken">Cancelled when the run is aborted, cancelled, faulted or disposed; a drain does not cancel it.</param>
    protected internal abstract ValueTask HandleAsync(T item, CancellationToken cancellationToken);

    /// <summary>
    /// Emits a result, which the next stage has accepted when this returns, even if it is not complete yet. Completes when
    /// there is room for the next one. Costs a few nanoseconds while the worker has more items at hand, because results
    /// are then published together.
    /// </summary>
    /// <param name="result">The result.</param>
    /// <returns>To be awaited before the next result is emitted and before the call for the item ends.</returns>
    /// <exception cref="System.Threading.Channels.ChannelClosedException">The run was stopped, and the result was not accepted. The item is handed back with it.</exception>
    /// <exception cref="InvalidOperationException">The last result still waits for room, or the worker belongs to no stage.</exception>
    protected ValueTask EmitAsync(TOut result) => Outlet.EmitAsync(result);

    /// <summary>
    /// Publishes what was emitted, for code that emits and then waits for something else in the same call. Without it the
    /// next stage sees such results at the end of the call, or some 20 ms later.
    /// </summary>
    /// <returns>To be awaited as <see cref="EmitAsync"/>.</returns>
    protected ValueTask PublishAsync() => Outlet.PublishAsync();

    private Outlet<TOut> Outlet => _outlet
        ?? throw new InvalidOperationException("The worker emits before it was given to a stage. Emit inside HandleAsync.");

    internal void Attach(Outlet<TOut> outlet) => _outlet = outlet;
}
