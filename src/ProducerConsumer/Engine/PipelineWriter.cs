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
    /// Writes items in their order, as many at once as there is room for, and waits for room for the others. Costs a
    /// fraction of as many single writes. In a drop mode it never waits, and each item counts as written on its own.
    /// </summary>
    /// <param name="items">The items. The memory must not change until the write has ended.</param>
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
