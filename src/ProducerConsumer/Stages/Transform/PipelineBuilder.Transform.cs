namespace ProducerConsumer;

public partial class PipelineBuilder<TIn, T>
{
    /// <summary>Adds a pool of workers that turn each item into one result for the next stage.</summary>
    /// <typeparam name="TOut">The results.</typeparam>
    /// <param name="transform">Called once for each item. Its token is cancelled when the run is aborted, cancelled, faulted or disposed; a drain does not cancel it.</param>
    /// <param name="configure">Sets further options of the stage.</param>
    /// <param name="maxWorkers">The most calls that run at once, 1 or more. The default is 1.</param>
    /// <param name="preserveOrder">Whether results go on in the order of the items, see <see cref="StageOptions{T}.PreserveOrder"/>. The default is as they come; with one worker that is the same.</param>
    /// <exception cref="ArgumentNullException"><paramref name="transform"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The results are tasks, which nobody would await.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxWorkers"/> is less than 1.</exception>
    public PipelineBuilder<TIn, TOut> Transform<TOut>(
        Func<T, CancellationToken, ValueTask<TOut>> transform, Action<StageOptions<T>>? configure = null, int maxWorkers = 1, bool preserveOrder = false)
    {
        Require.NotNull(transform, nameof(transform), "Give the code that turns one item into a result.");
        Require.NotAwaitable(typeof(TOut), nameof(transform), "Await it in the code of the stage.");
        return AddStage(Configure("transform", configure, maxWorkers, preserveOrder), () => new TransformWorker<T, TOut>(transform));
    }

    /// <inheritdoc cref="Transform{TOut}(Func{T, CancellationToken, ValueTask{TOut}}, Action{StageOptions{T}}?, int, bool)"/>
    public PipelineBuilder<TIn, TOut> Transform<TOut>(
        in Func<T, CancellationToken, Task<TOut>> transform, Action<StageOptions<T>>? configure = null, int maxWorkers = 1, bool preserveOrder = false)
    {
        Require.NotNull(transform, nameof(transform), "Give the code that turns one item into a result.");
        Func<T, CancellationToken, Task<TOut>> call = transform;
        return Transform((item, cancellationToken) => new ValueTask<TOut>(call(item, cancellationToken)), configure, maxWorkers, preserveOrder);
    }

    /// <summary>Adds a stage that turns each item into one result with a quick function, which neither waits nor blocks.</summary>
    /// <typeparam name="TOut">The results.</typeparam>
    /// <param name="selector">Called once for each item.</param>
    /// <param name="configure">Sets further options of the stage.</param>
    /// <param name="maxWorkers">The most calls that run at once, 1 or more. The default is 1.</param>
    /// <param name="preserveOrder">Whether results go on in the order of the items, see <see cref="StageOptions{T}.PreserveOrder"/>. The default is as they come; with one worker that is the same.</param>
    /// <exception cref="ArgumentNullException"><paramref name="selector"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The results are tasks, which nobody would await.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxWorkers"/> is less than 1.</exception>
    public PipelineBuilder<TIn, TOut> Select<TOut>(
        Func<T, TOut> selector, Action<StageOptions<T>>? configure = null, int maxWorkers = 1, bool preserveOrder = false)
    {
        Require.NotNull(selector, nameof(selector), "Give a quick function that turns one item into a result.");
        Require.NotAwaitable(typeof(TOut), nameof(selector), "Use Transform for code that waits.");
        return AddStage(Configure("select", configure, maxWorkers, preserveOrder), () => new SelectWorker<T, TOut>(selector));
    }
}
