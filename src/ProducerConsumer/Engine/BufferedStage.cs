namespace ProducerConsumer;

/// <summary>A stage that works on the items of a buffer of its own.</summary>
internal class BufferedStage<T> : Stage
{
    private readonly Func<BufferedStage<T>, Worker> _createWorker;

    public BufferedStage(
        PipelineRun run, string name, int maxWorkers, BoundedBuffer<T> buffer, Func<BufferedStage<T>, Worker> createWorker)
        : base(run, name, maxWorkers, isHandler: true, run.HandlerTokens)
    {
        Buffer = buffer;
        _createWorker = createWorker;
    }

    public BoundedBuffer<T> Buffer { get; }

    /// <summary>The most items that a worker takes at once.</summary>
    public int MaxBatch => Math.Min(Buffer.MaxBatch, Buffer.Capacity);

    public override int? Capacity => Buffer.Capacity;

    public override Type ItemType => typeof(T);

    public override bool IsIdle => Buffer.IsIdle;

    public override void Start() => Buffer.Attach(Pool);

    protected override Task SettledAsync() => Buffer.Told;

    protected override void CompleteInput() => Buffer.TryComplete();

    public override void CancelWrites() => Buffer.CancelWrites();

    public override void Close(Exception? error) => Buffer.Close(error);

    public override StageBooks ReadBooks() => Buffer.ReadBooks(Name);

    protected override Worker CreateWorker() => _createWorker(this);
}
