using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ProducerConsumer;

public sealed partial class PipelineBuilder<T>
{
    /// <summary>
    /// Takes the items of a sequence whose <c>MoveNext</c> blocks, on a thread of its own, as room appears; a few ahead of
    /// it while the sequence is quick, as <see cref="Produce(IEnumerable{T}, string?)"/> does. For a sequence that does not
    /// block use that, which needs no thread. A stop has no token to end a <c>MoveNext</c> that blocks, and waits for it:
    /// a sequence that can block for long should be given a token of the application's.
    /// </summary>
    /// <param name="source">The sequence. It is enumerated anew by each pipeline that is built, and disposed in every case, on the thread that enumerates it.</param>
    /// <param name="name">The name of the stage. The default is <c>producers</c>, then <c>producers-2</c> and so on.</param>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">Another stage has this <paramref name="name"/>.</exception>
    public PipelineBuilder<T> ProduceBlocking(IEnumerable<T> source, string? name = null)
    {
        Require.NotNull(source, nameof(source), "Give a sequence; an empty one is fine.");
        return AddSource(
            name, turns: 1, maxWorkers: 1, (stage, buffer) => new EnumerableProducer<T>(stage, buffer, source), dedicatedThreads: true);
    }

    /// <summary>
    /// Calls a delegate that blocks exactly <paramref name="count"/> times in total; each call returns one item. Each
    /// worker has a thread of its own, so that as many calls run at once as there are workers, and the thread pool is left
    /// to everybody else. For code that awaits use
    /// <see cref="Produce(int, Func{CancellationToken, ValueTask{T}}, int?, string?)"/>, which needs no threads. A stop
    /// leaves out the calls that have not begun.
    /// </summary>
    /// <param name="count">How many calls, 1 or more.</param>
    /// <param name="produce">Returns one item. Its token is cancelled by every stop.</param>
    /// <param name="maxWorkers">The most calls that run at once, and the most threads, 1 or more. The default is <paramref name="count"/>: say less where that is many.</param>
    /// <param name="name">The name of the stage. The default is <c>producers</c>, then <c>producers-2</c> and so on.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> or <paramref name="maxWorkers"/> is less than 1.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="produce"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">Another stage has this <paramref name="name"/>, or the items are tasks, which nobody would await.</exception>
    /// <remarks>What a thread costs is told at <see cref="PipelineBuilder{TIn, T}.ConsumeBlocking(Action{T, CancellationToken}, Action{StageOptions{T}}?, int)"/>.</remarks>
    public PipelineBuilder<T> ProduceBlocking(
        int count, Func<CancellationToken, T> produce, int? maxWorkers = null, string? name = null)
    {
        CheckTurns(count, produce, maxWorkers);
        Require.NotAwaitable(typeof(T), nameof(produce), "Use Produce for code that awaits.");
        return AddSource(
            name,
            count,
            maxWorkers ?? count,
            (stage, buffer) => new CallProducer<T>(stage, buffer, cancellationToken => new ValueTask<T>(produce(cancellationToken))),
            dedicatedThreads: true);
    }

    // Last in line, so that a lambda that only throws, which fits everything, does not end here.

    /// <summary>Refused by the compiler: use <c>Produce</c>.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [Obsolete("ProduceBlocking takes code that blocks and returns an item. Use Produce for code that returns a task or awaits.", error: true)]
    [OverloadResolutionPriority(-1)]
    public PipelineBuilder<T> ProduceBlocking(
        int count, Func<CancellationToken, ValueTask<T>> produce, int? maxWorkers = null, string? name = null) =>
        Produce(count, produce, maxWorkers, name);

    /// <inheritdoc cref="ProduceBlocking(int, Func{CancellationToken, ValueTask{T}}, int?, string?)"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [Obsolete("ProduceBlocking takes code that blocks and returns an item. Use Produce for code that returns a task or awaits.", error: true)]
    [OverloadResolutionPriority(-1)]
    public PipelineBuilder<T> ProduceBlocking(
        int count, in Func<CancellationToken, Task<T>> produce, int? maxWorkers = null, string? name = null) =>
        Produce(count, produce, maxWorkers, name);
}
