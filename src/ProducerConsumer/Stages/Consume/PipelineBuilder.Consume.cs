using System.ComponentModel;

namespace ProducerConsumer;

public partial class PipelineBuilder<TIn, T>
{
    /// <summary>Ends the recipe with a pool of consumers.</summary>
    /// <param name="handler">Called once for each item. Its token is cancelled when the run is aborted, cancelled, faulted or disposed; a drain does not cancel it.</param>
    /// <param name="configure">Sets further options of the stage.</param>
    /// <param name="maxWorkers">The most calls that run at once, 1 or more. The default is 1. With one, items are handled in the order in which they came; with several they are begun in that order up to what a worker takes at once, see <see cref="StageOptions{T}.MaxBatch"/>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="handler"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxWorkers"/> is less than 1.</exception>
    public PipelineRecipe<TIn> Consume(
        Func<T, CancellationToken, ValueTask> handler, Action<StageOptions<T>>? configure = null, int maxWorkers = 1)
    {
        Require.NotNull(handler, nameof(handler), "Give the code that handles one item.");
        return AddLastStage(Configure("consumers", configure, maxWorkers), handler);
    }

    // Where a delegate fits both forms, such as an async lambda, the compiler prefers a parameter that is passed by value
    // to one passed by `in`: so ValueTask wins, and a method that returns Task binds here without ambiguity.

    /// <inheritdoc cref="Consume(Func{T, CancellationToken, ValueTask}, Action{StageOptions{T}}?, int)"/>
    public PipelineRecipe<TIn> Consume(
        in Func<T, CancellationToken, Task> handler, Action<StageOptions<T>>? configure = null, int maxWorkers = 1)
    {
        Require.NotNull(handler, nameof(handler), "Give the code that handles one item.");
        Func<T, CancellationToken, Task> handle = handler;
        return Consume((item, cancellationToken) => new ValueTask(handle(item, cancellationToken)), configure, maxWorkers);
    }

    /// <summary>Refused by the compiler: use <c>ConsumeBlocking</c>, or return a <see cref="ValueTask"/>.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [Obsolete("Consume takes code that returns a task. Use ConsumeBlocking for code that blocks, and return default(ValueTask) from code that is quick.", error: true)]
    public PipelineRecipe<TIn> Consume(
        Action<T, CancellationToken> handler, Action<StageOptions<T>>? configure = null, int maxWorkers = 1) =>
        ConsumeBlocking(handler, configure, maxWorkers);
}
