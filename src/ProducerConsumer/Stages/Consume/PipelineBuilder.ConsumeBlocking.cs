using System.ComponentModel;

namespace ProducerConsumer;

public partial class PipelineBuilder<TIn, T>
{
    /// <summary>
    /// Ends the recipe with a pool of consumers whose code blocks: it reads a file, takes a lock, waits for a driver
    /// without asynchronous calls. Each worker has a thread of its own, so that as many calls run at once as the stage has
    /// workers, and the thread pool is left to everybody else. For code that awaits or only computes a little, use
    /// <see cref="Consume(Func{T, CancellationToken, ValueTask}, Action{StageOptions{T}}?, int)"/>, which needs no threads.
    /// </summary>
    /// <param name="handler">Called once for each item. Its token is cancelled when the run is aborted, cancelled, faulted or disposed; a drain does not cancel it.</param>
    /// <param name="configure">Sets further options of the stage. <see cref="StageOptions{T}.DedicatedThreads"/> is set, and can be switched off for code that blocks seldom.</param>
    /// <param name="maxWorkers">The most calls that run at once, and the most threads, 1 or more. The default is 1. The order of the items is as for <c>Consume</c>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="handler"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxWorkers"/> is less than 1.</exception>
    /// <remarks>
    /// A thread reserves a stack, 1 to 8 megabytes of address space depending on the platform, of which memory is what the
    /// code touches, and takes longer to start and to wake than a worker on the pool. Threads start when there is work, one
    /// per worker, wait when there is none, and end with the run.
    /// </remarks>
    public PipelineRecipe<TIn> ConsumeBlocking(
        Action<T, CancellationToken> handler, Action<StageOptions<T>>? configure = null, int maxWorkers = 1)
    {
        Require.NotNull(handler, nameof(handler), "Give the code that handles one item.");
        return AddLastStage(Configure("consumers", configure, maxWorkers, dedicatedThreads: true), (item, cancellationToken) =>
        {
            handler(item, cancellationToken);
            return default;
        });
    }

    // Without these an async lambda would be an `async void` whose end nobody sees.

    /// <summary>Refused by the compiler: use <c>Consume</c>.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [Obsolete("ConsumeBlocking takes code that blocks and returns nothing. Use Consume for code that returns a task or awaits.", error: true)]
    public PipelineRecipe<TIn> ConsumeBlocking(
        Func<T, CancellationToken, ValueTask> handler, Action<StageOptions<T>>? configure = null, int maxWorkers = 1) =>
        Consume(handler, configure, maxWorkers);

    /// <inheritdoc cref="ConsumeBlocking(Func{T, CancellationToken, ValueTask}, Action{StageOptions{T}}?, int)"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [Obsolete("ConsumeBlocking takes code that blocks and returns nothing. Use Consume for code that returns a task or awaits.", error: true)]
    public PipelineRecipe<TIn> ConsumeBlocking(
        in Func<T, CancellationToken, Task> handler, Action<StageOptions<T>>? configure = null, int maxWorkers = 1) =>
        Consume(handler, configure, maxWorkers);
}
