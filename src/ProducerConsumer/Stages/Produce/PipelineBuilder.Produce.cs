using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ProducerConsumer;

public sealed partial class PipelineBuilder<T>
{
    /// <summary>
    /// Takes the items of a sequence as room appears, and a few ahead of it while the sequence is quick: at most 64 and a
    /// quarter of the capacity. Enumerated anew by each pipeline that is built. Code that blocks in <c>MoveNext</c> blocks a
    /// thread of the pool.
    /// </summary>
    /// <param name="source">The sequence. It is disposed in every case.</param>
    /// <param name="name">The name of the stage. The default is <c>producers</c>, then <c>producers-2</c> and so on.</param>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">Another stage has this <paramref name="name"/>.</exception>
    public PipelineBuilder<T> Produce(IEnumerable<T> source, string? name = null)
    {
        Require.NotNull(source, nameof(source), "Give a sequence; an empty one is fine.");
        return AddSource(name, turns: 1, maxWorkers: 1, (stage, buffer) => new EnumerableProducer<T>(stage, buffer, source));
    }

    /// <summary>
    /// Takes the items of an asynchronous sequence as room appears, and a few ahead of it while the sequence is quick: at
    /// most 64 and a quarter of the capacity. Enumerated anew by each pipeline that is built, with a token that every stop
    /// cancels. The way to have an endless source.
    /// </summary>
    /// <param name="source">The sequence. It is disposed in every case.</param>
    /// <param name="name">The name of the stage. The default is <c>producers</c>, then <c>producers-2</c> and so on.</param>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">Another stage has this <paramref name="name"/>.</exception>
    [OverloadResolutionPriority(1)] // A source that is both kinds, as a query of Entity Framework is, blocks no thread this way.
    public PipelineBuilder<T> Produce(IAsyncEnumerable<T> source, string? name = null)
    {
        Require.NotNull(source, nameof(source), "Give a sequence; an empty one is fine.");
        return AddSource(name, turns: 1, maxWorkers: 1, (stage, buffer) => new AsyncEnumerableProducer<T>(stage, buffer, source));
    }

    /// <summary>
    /// Takes the items of a channel until it completes. A stop leaves in the channel what was not taken; a channel that
    /// completed with an error is a fault of the run.
    /// </summary>
    /// <param name="source">The reading side of the channel.</param>
    /// <param name="name">The name of the stage. The default is <c>producers</c>, then <c>producers-2</c> and so on.</param>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">Another stage has this <paramref name="name"/>.</exception>
    public PipelineBuilder<T> Produce(ChannelReader<T> source, string? name = null)
    {
        Require.NotNull(source, nameof(source), "Give the Reader of a channel.");
        return AddSource(name, turns: 1, maxWorkers: 1, (stage, buffer) => new ChannelReaderProducer<T>(stage, buffer, source));
    }

    /// <summary>Calls a delegate exactly <paramref name="count"/> times in total; each call returns one item. A stop leaves out the calls that have not begun.</summary>
    /// <param name="count">How many calls, 1 or more.</param>
    /// <param name="produce">Returns one item. Its token is cancelled by every stop.</param>
    /// <param name="maxWorkers">The most calls that run at once, 1 or more. The default is <paramref name="count"/>.</param>
    /// <param name="name">The name of the stage. The default is <c>producers</c>, then <c>producers-2</c> and so on.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> or <paramref name="maxWorkers"/> is less than 1.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="produce"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">Another stage has this <paramref name="name"/>.</exception>
    public PipelineBuilder<T> Produce(
        int count, Func<CancellationToken, ValueTask<T>> produce, int? maxWorkers = null, string? name = null)
    {
        CheckTurns(count, produce, maxWorkers);
        return AddSource(name, count, maxWorkers ?? count, (stage, buffer) => new CallProducer<T>(stage, buffer, produce));
    }

    /// <inheritdoc cref="Produce(int, Func{CancellationToken, ValueTask{T}}, int?, string?)"/>
    public PipelineBuilder<T> Produce(
        int count, in Func<CancellationToken, Task<T>> produce, int? maxWorkers = null, string? name = null)
    {
        CheckTurns(count, produce, maxWorkers);
        Func<CancellationToken, Task<T>> call = produce;
        return Produce(count, cancellationToken => new ValueTask<T>(call(cancellationToken)), maxWorkers, name);
    }

    /// <summary>
    /// Runs <paramref name="count"/> producer tasks. Each writes as many items as it likes, into a writer of its own:
    /// completing that ends it for this task alone. The channel completes when the last task has ended.
    /// </summary>
    /// <param name="count">How many producer tasks there are, 1 or more.</param>
    /// <param name="produce">The task. Its token is cancelled by every stop; leaving with that cancellation is no fault.</param>
    /// <param name="maxWorkers">The most tasks that run at once, 1 or more; the others wait for their turn. The default is <paramref name="count"/>.</param>
    /// <param name="name">The name of the stage. The default is <c>producers</c>, then <c>producers-2</c> and so on.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> or <paramref name="maxWorkers"/> is less than 1.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="produce"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">Another stage has this <paramref name="name"/>.</exception>
    public PipelineBuilder<T> Produce(
        int count, Func<PipelineWriter<T>, CancellationToken, ValueTask> produce, int? maxWorkers = null, string? name = null)
    {
        CheckTurns(count, produce, maxWorkers);
        return AddSource(name, count, maxWorkers ?? count, (stage, buffer) => new WriterProducer<T>(stage, buffer, produce));
    }

    /// <inheritdoc cref="Produce(int, Func{PipelineWriter{T}, CancellationToken, ValueTask}, int?, string?)"/>
    public PipelineBuilder<T> Produce(
        int count, in Func<PipelineWriter<T>, CancellationToken, Task> produce, int? maxWorkers = null, string? name = null)
    {
        CheckTurns(count, produce, maxWorkers);
        Func<PipelineWriter<T>, CancellationToken, Task> call = produce;
        return Produce(
            count, (writer, cancellationToken) => new ValueTask(call(writer, cancellationToken)), maxWorkers, name);
    }

    private static void CheckTurns(int count, Delegate? produce, int? maxWorkers)
    {
        Require.Count(count, nameof(count));
        Require.NotNull(produce, nameof(produce), "Give the code of a producer.");
        if (maxWorkers is { } workers)
        {
            Require.Workers(workers, nameof(maxWorkers));
        }
    }
}
