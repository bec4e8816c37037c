using System.Threading.Channels;

namespace ProducerConsumer;

/// <summary>The writing side of a pipeline: a standard <see cref="ChannelWriter{T}"/> that also writes many items at once.</summary>
/// <typeparam name="T">The items.</typeparam>
public abstract class PipelineWriter<T> : ChannelWriter<T>
{
    private protected PipelineWriter()
    {
    }

    /// <summary>
    /// Writes an item as <see cref="ChannelWriter{T}.WriteAsync"/> does, and has the caller told what became of it and of
    /// all that later stages made of it: an acknowledgement for whoever gave the item.
    /// </summary>
    /// <param name="item">The item.</param>
    /// <param name="onSettled">
    /// Told once, when the last of what the item became is settled, and of the worst outcome. Never when the write throws.
    /// Called by whoever settles it, so it must not block; what it throws is recorded in <see cref="PipelineReport.Failures"/>.
    /// </param>
    /// <param name="cancellationToken">Ends the wait for room.</param>
    /// <exception cref="ArgumentNullException"><paramref name="onSettled"/> is <see langword="null"/>.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled, and the item is not in the pipeline.</exception>
    /// <exception cref="ChannelClosedException">The input has ended, and the item is not in the pipeline. A fault of the run is inside.</exception>
    /// <exception cref="InvalidOperationException">The caller is a handler of this pipeline, which would wait for itself.</exception>
    public abstract ValueTask WriteTrackedAsync(T item, Action<ItemOutcome> onSettled, CancellationToken cancellationToken = default);

    /// <summary>
    /// Writes items in their order, as many at once as there is room for, and waits for room for the others. Costs a
    /// fraction of as many single writes. In a drop mode it never waits, and each item counts as written on its own.
    /// </summary>
    /// <param name="items">The items. The memory must not change until the write has ended. Memory that is not an array's is copied first.</param>
    /// <param name="cancellationToken">Ends the wait for room.</param>
    /// <returns>
    /// How many of the items, from the first on, are in the pipeline. All of them, unless the wait was cancelled or the
    /// input ended meanwhile: then the others, which the pipeline does not have, are the caller's to keep, and the next
    /// write throws.
    /// </returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled and none of the items is in the pipeline.</exception>
    /// <exception cref="ChannelClosedException">The input has ended and none of the items is in the pipeline. A fault of the run is inside.</exception>
    /// <exception cref="InvalidOperationException">The caller is a handler of this pipeline, which would wait for itself.</exception>
    public abstract ValueTask<int> WriteManyAsync(ReadOnlyMemory<T> items, CancellationToken cancellationToken = default);
}
