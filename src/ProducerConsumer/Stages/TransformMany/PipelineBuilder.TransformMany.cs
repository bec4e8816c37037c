namespace ProducerConsumer;

public partial class PipelineBuilder<TIn, T>
{
    /// <summary>Adds a pool of workers that turn each item into any number of results, which go on one by one as room appears.</summary>
    /// <typeparam name="TOut">The results.</typeparam>
    /// <param name="transform">Called once for each item. The sequence is disposed in every case, also when a stop ends it early.</param>
    /// <param name="configure">Sets further options of the stage.</param>
    /// <param name="maxWorkers">The most sequences that are enumerated at once, 1 or more. The default is 1.</param>
    /// <param name="preserveOrder">Whether results go on in the order of the items, see <see cref="StageOptions{T}.PreserveOrder"/>. The default is as they come; with one worker that is the same.</param>
    /// <exception cref="ArgumentNullException"><paramref name="transform"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxWorkers"/> is less than 1.</exception>
    public PipelineBuilder<TIn, TOut> TransformMany<TOut>(
        Func<T, IEnumerable<TOut>> transform, Action<StageOptions<T>>? configure = null, int maxWorkers = 1, bool preserveOrder = false)
    {
        Require.NotNull(transform, nameof(transform), "Give the code that turns one item into a sequence of results.");
        return AddStage(Configure("transform", configure, maxWorkers, preserveOrder), () => new TransformManyWorker<T, TOut>(transform));
    }

    /// <inheritdoc cref="TransformMany{TOut}(Func{T, IEnumerable{TOut}}, Action{StageOptions{T}}?, int, bool)"/>
    public PipelineBuilder<TIn, TOut> TransformMany<TOut>(
        Func<T, CancellationToken, IAsyncEnumerable<TOut>> transform, Action<StageOptions<T>>? configure = null, int maxWorkers = 1, bool preserveOrder = false)
    {
        Require.NotNull(transform, nameof(transform), "Give the code that turns one item into a sequence of results.");
        return AddStage(Configure("transform", configure, maxWorkers, preserveOrder), () => new AsyncTransformManyWorker<T, TOut>(transform));
    }
}
