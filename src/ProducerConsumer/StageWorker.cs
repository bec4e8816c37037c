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
public abstract class StageWorker<T, TOut> : IWorkerCode
{
    private ItemWorker<T>? _worker;
    private Outlet<TOut>? _outlet;

    /// <summary>Handles one item.</summary>
    /// <param name="item">The item.</param>
    /// <param name="cancellationToken">Cancelled when the run is aborted, cancelled, faulted or disposed; a drain does not cancel it.</param>
    protected abstract ValueTask HandleAsync(T item, CancellationToken cancellationToken);

    /// <summary>Called between two items at the time that <see cref="WakeAfter"/> asked for.</summary>
    /// <param name="cancellationToken">As for <see cref="HandleAsync"/>.</param>
    protected virtual ValueTask WakeAsync(CancellationToken cancellationToken) => default;

    /// <summary>
    /// Called once when no item will come any more, before the worker ends; not after a stop that is no drain, and not for
    /// a stage that never got an item, which has no worker. Results may be emitted. What is still kept afterwards is
    /// handed back.
    /// </summary>
    /// <param name="cancellationToken">As for <see cref="HandleAsync"/>.</param>
    protected virtual ValueTask EndAsync(CancellationToken cancellationToken) => default;

    /// <summary>
    /// Emits a result, which the next stage has accepted when this returns, even if it is not complete yet. Completes when
    /// there is room for the next one. Costs a few nanoseconds while the worker has more items at hand, because results
    /// are then published together.
    /// </summary>
    /// <param name="result">The result.</param>
    /// <returns>To be awaited before the next result is emitted and before the call for the item ends, which is an error otherwise.</returns>
    /// <exception cref="System.Threading.Channels.ChannelClosedException">The run was stopped, and the result was not accepted. The item is handed back with it.</exception>
    /// <exception cref="InvalidOperationException">The last result still waits for room, or the worker belongs to no stage.</exception>
    protected ValueTask EmitAsync(TOut result) => Outlet.EmitAsync(result);

    /// <summary>
    /// Publishes what was emitted, for code that emits and then waits for something else in the same call. Without it the
    /// next stage sees such results at the end of the call, or some 20 ms later.
    /// </summary>
    /// <returns>To be awaited as <see cref="EmitAsync"/>.</returns>
    protected ValueTask PublishAsync() => Outlet.PublishAsync();

    /// <summary>
    /// Keeps the item that is being handled: it stays in flight when the call returns, until a result is emitted for all
    /// that is kept. A stop that is no drain hands it back as not started. If the call fails after that, the item is failed
    /// and not delivered again or dead-lettered.
    /// </summary>
    /// <exception cref="InvalidOperationException">No item is being handled, or the stage has an order: <see cref="StageOptions{T}.PreserveOrder"/> or <see cref="StageOptions{T}.PartitionBy{TKey}"/>.</exception>
    protected void Keep() => Worker.Keep();

    /// <summary>Keeps the items that come next as well, at most that many, without a call for each.</summary>
    private protected void KeepMore(int most) => Worker.KeepMore(most);

    /// <summary>How many items are kept.</summary>
    protected int KeptCount => Worker.Kept?.Count ?? 0;

    /// <summary>A copy of the kept items, oldest first.</summary>
    protected T[] CopyKept() => Worker.Kept is { } kept ? kept.Own.ToArray() : [];

    /// <summary>Adds the kept items to a list, oldest first.</summary>
    private protected void CopyKeptTo(List<T> list) => list.AddRange(Worker.Kept!.Own);

    /// <summary>Emits a result for all items that are kept, which are completed with it. As <see cref="EmitAsync"/>.</summary>
    /// <param name="result">The result.</param>
    protected ValueTask EmitKeptAsync(TOut result)
    {
        ValueTask emit = Outlet.EmitAsync(result, Worker.GatherKept());
        if (!Outlet.HasRefused)
        {
            Worker.SettleKept();
        }

        return emit;
    }

    /// <summary>
    /// Has <see cref="WakeAsync"/> called between two items, as soon as that time has passed on the pipeline's clock. A
    /// later call replaces an earlier one.
    /// </summary>
    /// <param name="delay">From zero to 49 days; <see cref="Timeout.InfiniteTimeSpan"/> gives the call up.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delay"/> is negative or more than 49 days.</exception>
    protected void WakeAfter(TimeSpan delay)
    {
        if (delay != Timeout.InfiniteTimeSpan && (delay < TimeSpan.Zero || delay > TimeSpan.FromDays(49)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(delay), delay, $"delay is {delay}. Give a time from zero to 49 days, or Timeout.InfiniteTimeSpan to give the call up.");
        }

        Worker.WakeAfter(delay);
    }

    private ItemWorker<T> Worker => _worker
        ?? throw new InvalidOperationException("The worker is used before it was given to a stage. Wait for HandleAsync.");

    private Outlet<TOut> Outlet => _outlet
        ?? throw new InvalidOperationException("The worker emits before it was given to a stage. Emit inside HandleAsync.");

    /// <summary>What the worker of the library calls for each item.</summary>
    internal Func<T, CancellationToken, ValueTask> Handler => HandleAsync;

    internal void Attach(ItemWorker<T> worker, Outlet<TOut> outlet)
    {
        if (_worker is not null)
        {
            throw new InvalidOperationException(
                $"createWorker of stage '{worker.Stage.Name}' returned the same worker twice. Return a new one from each call.");
        }

        _worker = worker;
        _outlet = outlet;
    }

    ValueTask IWorkerCode.WakeAsync(CancellationToken cancellationToken) => WakeAsync(cancellationToken);

    ValueTask IWorkerCode.EndAsync(CancellationToken cancellationToken) => EndAsync(cancellationToken);
}
