namespace ProducerConsumer;

/// <summary>A worker that takes items out of the buffer of its stage.</summary>
internal abstract class ItemWorker<T>(BufferedStage<T> stage) : Worker(stage)
{
    protected BufferedStage<T> Stage { get; } = stage;

    /// <summary>The items that this worker took and has not settled.</summary>
    public Claim<T> Claim { get; } = new();
}
