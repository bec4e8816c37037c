namespace ProducerConsumer;

public partial class PipelineBuilder<TIn, T>
{
    /// <summary>
    /// Gathers items into batches, in their order. A batch goes on when it is full, when its first item has waited for
    /// <paramref name="maxWait"/>, or when no more items come; it is never empty. Until then its items are in flight.
    /// </summary>
    /// <param name="maxSize">The most items of a batch: 1 or more, and no more than the capacity of this stage.</param>
    /// <param name="maxWait">The most time that the first item of a batch waits for others, on the pipeline's clock: more than zero, up to 49 days. The default is as long as it takes.</param>
    /// <param name="configure">Sets further options of the stage. It has one worker; give the next stage more to handle batches in parallel.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxSize"/> is less than 1, or <paramref name="maxWait"/> is zero or less or more than 49 days.</exception>
    /// <exception cref="ArgumentException">The options ask for more than one worker.</exception>
    /// <remarks>A batch that is larger than the capacity of the stage is refused with an <see cref="InvalidOperationException"/> when the pipeline is built.</remarks>
    public PipelineBuilder<TIn, IReadOnlyList<T>> Batch(
        int maxSize, TimeSpan? maxWait = null, Action<StageOptions<T>>? configure = null)
    {
        Require.BatchSize(maxSize, nameof(maxSize));
        Require.Wait(maxWait, nameof(maxWait), "to wait until a batch is full");
        StageOptions<T> options = Configure("batch", configure, maxWorkers: 1);
        if (options.MaxWorkers > 1)
        {
            throw new ArgumentException(
                $"MaxWorkers of batch stage '{options.Name}' is {options.MaxWorkers}, and one batch is gathered at a time. Leave it at 1, and give the next stage more workers.",
                nameof(configure));
        }

        return AddStage(options, () => new BatchWorker<T>(maxSize, maxWait), Validate);

        void Validate(int capacity)
        {
            if (maxSize > capacity)
            {
                throw new InvalidOperationException(
                    $"Batch stage '{options.Name}' gathers up to {maxSize} items, and its capacity is {capacity}. Set its Capacity to {maxSize} or more, or make the batches smaller.");
            }
        }
    }
}
