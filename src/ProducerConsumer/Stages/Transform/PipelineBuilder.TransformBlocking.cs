using System.ComponentModel;

namespace ProducerConsumer;

public partial class PipelineBuilder<TIn, T>
{
    /// <summary>
    /// Adds a pool of workers whose code blocks while it turns an item into a result for the next stage. Each worker has a
    /// thread of its own, so that as many calls run at once as the stage has workers, and the thread pool is left to
    /// everybody else. For code that awaits use
    /// <see cref="Transform{TOut}(Func{T, CancellationToken, ValueTask{TOut}}, Action{StageOptions{T}}?, int, bool)"/>, for a
    /// quick function <see cref="Select{TOut}"/>; neither needs threads.
    /// </summary>
    /// <typeparam name="TOut">The results.</typeparam>
    /// <param name="transform">Called once for each item. Its token is cancelled when the run is aborted, cancelled, faulted or disposed; a drain does not cancel it.</param>
    /// <param name="configure">Sets further options of the stage. <see cref="StageOptions{T}.DedicatedThreads"/> is set, and can be switched off for code that blocks seldom.</param>
    /// <param name="maxWorkers">The most calls that run at once, and the most threads, 1 or more. The default is 1.</param>
    /// <param name="preserveOrder">Whether results go on in the order of the items, see <see cref="StageOptions{T}.PreserveOrder"/>. The default is as they come; with one worker that is the same.</param>
    /// <exception cref="ArgumentNullException"><paramref name="transform"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The results are tasks, which nobody would await.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxWorkers"/> is less than 1.</exception>
    /// <remarks>What a thread costs is told at <see cref="ConsumeBlocking(Action{T, CancellationToken}, Action{StageOptions{T}}?, int)"/>.</remarks>
    public PipelineBuilder<TIn, TOut> TransformBlocking<TOut>(
        Func<T, CancellationToken, TOut> transform, Action<StageOptions<T>>? configure = null, int maxWorkers = 1, bool preserveOrder = false)
    {
        Require.NotNull(transform, nameof(transform), "Give the code that turns one item into a result.");
        Require.NotAwaitable(typeof(TOut), nameof(transform), "Use Transform for code that awaits.");
        return AddStage(
            Configure("transform", configure, maxWorkers, preserveOrder, dedicatedThreads: true),
            () => new BlockingTransformWorker<T, TOut>(transform));
    }

    /// <summary>Refused by the compiler: use <c>Transform</c>.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [Obsolete("TransformBlocking takes code that blocks and returns its result. Use Transform for code that returns a task or awaits.", error: true)]
    public PipelineBuilder<TIn, TOut> TransformBlocking<TOut>(
        Func<T, CancellationToken, ValueTask<TOut>> transform, Action<StageOptions<T>>? configure = null, int maxWorkers = 1, bool preserveOrder = false) =>
        Transform(transform, configure, maxWorkers, preserveOrder);

    /// <inheritdoc cref="TransformBlocking{TOut}(Func{T, CancellationToken, ValueTask{TOut}}, Action{StageOptions{T}}?, int, bool)"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [Obsolete("TransformBlocking takes code that blocks and returns its result. Use Transform for code that returns a task or awaits.", error: true)]
    public PipelineBuilder<TIn, TOut> TransformBlocking<TOut>(
        in Func<T, CancellationToken, Task<TOut>> transform, Action<StageOptions<T>>? configure = null, int maxWorkers = 1, bool preserveOrder = false) =>
        Transform(transform, configure, maxWorkers, preserveOrder);
}
