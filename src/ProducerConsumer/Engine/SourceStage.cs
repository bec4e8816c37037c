namespace ProducerConsumer;

/// <summary>
/// A stage whose work is a number of turns, each one call of producer code. Turns that find all workers busy wait; a
/// stop cancels those that have not begun.
/// </summary>
internal sealed class SourceStage : Stage, IInlet
{
    private readonly object _gate = new();
    private readonly Func<SourceStage, Worker> _createWorker;

    /// <summary>Turns that have not begun; 0 after a stop. Guarded by <see cref="_gate"/>.</summary>
    private int _turns;

    /// <summary>Whether the pool was told that no more workers will be reserved. Guarded by <see cref="_gate"/>.</summary>
    private bool _finished;

    public SourceStage(
        PipelineRun run, string name, int turns, int maxWorkers, Edge edge, Func<SourceStage, Worker> createWorker)
        : base(run, name, maxWorkers, isHandler: false)
    {
        _turns = turns;
        Edge = edge;
        _createWorker = createWorker;
    }

    /// <summary>The way that the items of this source take.</summary>
    public Edge Edge { get; }

    public override int? Capacity => null;

    public Task Completion => Pool.Completion;

    public bool HasEnded
    {
        get
        {
            lock (_gate)
            {
                return _turns == 0 && Pool.Live_NeedsLock == 0;
            }
        }
    }

    public override void Start()
    {
        bool reserved;
        lock (_gate)
        {
            reserved = _turns > 0 && Pool.TryReserve_NeedsLock();
        }

        Raise(reserved);
    }

    /// <summary>
    /// Takes the next turn for a worker and, while more are left, has another worker start on them. False when none is
    /// left; the worker has then left the pool.
    /// </summary>
    public bool TryTakeTurn()
    {
        bool taken, reserved = false;
        lock (_gate)
        {
            taken = _turns > 0;
            if (taken)
            {
                _turns--;
                reserved = _turns > 0 && Pool.TryReserve_NeedsLock();
            }
            else
            {
                Pool.Leave_NeedsLock();
            }
        }

        Raise(reserved);
        return taken;
    }

    public void Stop()
    {
        lock (_gate)
        {
            _turns = 0;
        }

        Raise(reserved: false);
    }

    public override void Close(Exception? error) => Stop();

    public override StageBooks ReadBooks()
    {
        lock (_gate)
        {
            return new StageBooks(Name) { Emitted = Edge.Accepted, Workers = Pool.Live_NeedsLock };
        }
    }

    protected override Worker CreateWorker() => _createWorker(this);

    private void Raise(bool reserved)
    {
        if (reserved)
        {
            Pool.Start(1);
        }

        bool finish;
        lock (_gate)
        {
            finish = _turns == 0 && !_finished;
            _finished |= finish;
        }

        if (finish)
        {
            Pool.Finish();
        }
    }
}
