using Microsoft.Extensions.ObjectPool;

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
    /// <param name="pooled">
    /// Whether lists are used again. The default is a fresh list each. With pooled lists the next stage has to be
    /// <c>Consume</c> or <c>ConsumeBlocking</c>. As soon as a call of that has returned, its list is emptied and may be
    /// filled anew, so that the code must not keep it: copy what is needed longer. Lists of calls that failed, or that are
    /// in the report, with a dead-letter handler or to be delivered again are left alone.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxSize"/> is less than 1, or <paramref name="maxWait"/> is zero or less or more than 49 days.</exception>
    /// <exception cref="ArgumentException">The options ask for more than one worker, or for an order.</exception>
    /// <remarks>
    /// A batch that is larger than the capacity of the stage is refused with an <see cref="InvalidOperationException"/>
    /// when the pipeline is built, and so is another stage after pooled lists, by its verb. Pooled lists that are not in use
    /// stay with the recipe, for all pipelines that are built of it: up to 64, and fewer, down to one, if full batches of
    /// that many would hold more than 65,536 items together.
    /// </remarks>
    public PipelineBuilder<TIn, IReadOnlyList<T>> Batch(
        int maxSize, TimeSpan? maxWait = null, Action<StageOptions<T>>? configure = null, bool pooled = false)
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

        if (options.PreservesOrder || options.CreateLanes is not null)
        {
            throw new ArgumentException(
                $"Batch stage '{options.Name}' gathers items in the order in which they came. Leave PreserveOrder and PartitionBy out, or give them to another stage.",
                nameof(configure));
        }

        ObjectPool<List<T>>? lists = pooled ? BatchListPolicy<T>.CreatePool(maxSize) : null;
        PipelineBuilder<TIn, IReadOnlyList<T>> batched = AddStage(options, () => new BatchWorker<T>(maxSize, maxWait, lists), Validate);
        return lists is null
            ? batched
            : new PipelineBuilder<TIn, IReadOnlyList<T>>(batched.Flow with { Recycle = list => lists.Return((List<T>)list) });

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
