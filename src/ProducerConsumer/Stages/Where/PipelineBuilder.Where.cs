namespace ProducerConsumer;

public partial class PipelineBuilder<TIn, T>
{
    /// <summary>Passes on the items for which a quick function returns true, which neither waits nor blocks. The others are completed in this stage.</summary>
    /// <param name="predicate">Called once for each item.</param>
    /// <param name="configure">Sets further options of the stage.</param>
    /// <param name="maxWorkers">The most calls that run at once, 1 or more. The default is 1. With one, items keep their order.</param>
    /// <exception cref="ArgumentNullException"><paramref name="predicate"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxWorkers"/> is less than 1.</exception>
    public PipelineBuilder<TIn, T> Where(Func<T, bool> predicate, Action<StageOptions<T>>? configure = null, int maxWorkers = 1)
    {
        Require.NotNull(predicate, nameof(predicate), "Give a function that says which items go on.");
        return AddStage(Configure("where", configure, maxWorkers), () => new WhereWorker<T>(predicate));
    }

    /// <summary>Passes on the items for which a function returns true that may wait. The others are completed in this stage.</summary>
    /// <param name="predicate">Called once for each item. Its token is cancelled when the run is aborted, cancelled, faulted or disposed; a drain does not cancel it.</param>
    /// <param name="configure">Sets further options of the stage.</param>
    /// <param name="maxWorkers">The most calls that run at once, 1 or more. The default is 1. With one, items keep their order.</param>
    /// <exception cref="ArgumentNullException"><paramref name="predicate"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxWorkers"/> is less than 1.</exception>
    public PipelineBuilder<TIn, T> Where(
        Func<T, CancellationToken, ValueTask<bool>> predicate, Action<StageOptions<T>>? configure = null, int maxWorkers = 1)
    {
        Require.NotNull(predicate, nameof(predicate), "Give a function that says which items go on.");
        return AddStage(Configure("where", configure, maxWorkers), () => new AsyncWhereWorker<T>(predicate));
    }

    /// <inheritdoc cref="Where(Func{T, CancellationToken, ValueTask{bool}}, Action{StageOptions{T}}?, int)"/>
    public PipelineBuilder<TIn, T> Where(
        in Func<T, CancellationToken, Task<bool>> predicate, Action<StageOptions<T>>? configure = null, int maxWorkers = 1)
    {
        Require.NotNull(predicate, nameof(predicate), "Give a function that says which items go on.");
        Func<T, CancellationToken, Task<bool>> call = predicate;
        return Where((item, cancellationToken) => new ValueTask<bool>(call(item, cancellationToken)), configure, maxWorkers);
    }
}
