namespace ProducerConsumer;

/// <summary>
/// One run of a pipeline: starts the stages, lets completion flow downstream, stops them, and knows when all has ended.
/// </summary>
/// <remarks>
/// Phases only go forward: Created, Running, Draining, Closed, Ended (any may be skipped). Lock order: the run's lock,
/// then the lock of a stage; never the other way round, and no foreign code under either, not even a clock. What the run
/// has to do is done before it is logged: a logger that blocks holds up its own caller and no other.
/// </remarks>
internal sealed partial class PipelineRun
{
    private readonly object _gate = new();
    private readonly TimeSpan _abortTimeout;
    private readonly List<Stage> _stages = [];
    private readonly List<IInlet> _inlets = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Guarded by <see cref="_gate"/>.</summary>
    private Phase _phase;

    /// <summary>Whether somebody called start, which is allowed once. Guarded by <see cref="_gate"/>.</summary>
    private bool _startCalled;

    /// <summary>The tokens that the run was started with. Written before they are watched.</summary>
    private CancellationToken[] _tokens = [];

    /// <summary>The watch on each of the run's tokens. Guarded by <see cref="_gate"/>.</summary>
    private CancellationTokenRegistration[] _tokenRegistrations = [];

    /// <summary>When the run began, as a timestamp of the time provider; null when it never did. Guarded by <see cref="_gate"/>.</summary>
    private long? _startTimestamp;

    /// <summary>All work of the run; completes later than <see cref="Ended"/> when the run was abandoned. Written before it.</summary>
    private Task _work = Task.CompletedTask;

    public PipelineRun(string name, TimeProvider timeProvider, TimeSpan abortTimeout, FaultLog faults, RunLog log)
    {
        Name = name;
        TimeProvider = timeProvider;
        _abortTimeout = abortTimeout;
        Faults = faults;
        Log = log;
    }

    private enum Phase
    {
        Created,
        Running,
        Draining,
        Closed,
        Ended,
    }

    public string Name { get; }

    /// <summary>The application's clock: what it throws is for the caller to catch.</summary>
    public TimeProvider TimeProvider { get; }

    public FaultLog Faults { get; }

    public RunLog Log { get; }

    /// <summary>The stages in the order of the flow.</summary>
    public IReadOnlyList<Stage> Stages => _stages;

    /// <summary>The tokens of producer code; cancelled by a drain and by every close.</summary>
    public WorkerTokens ProducerTokens { get; } = new();

    /// <summary>The tokens of handlers; cancelled by every close.</summary>
    public WorkerTokens HandlerTokens { get; } = new();

    /// <summary>What stopped the run; the first close wins over a drain. Final once the run has ended.</summary>
    public StopCause Cause { get; private set; }

    /// <summary>The token of the run that is cancelled; one that is not when none is.</summary>
    public CancellationToken Token => Array.Find(_tokens, static token => token.IsCancellationRequested);

    /// <summary>From the start to the end; zero when the run never started.</summary>
    public TimeSpan Duration { get; private set; }

    /// <summary>Whether the run ended while delegates were still running.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>Completes, never with an error, when the run has ended.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Completes, never with an error, when also the abandoned workers have ended.</summary>
    public Task WorkersEnded => _work;

    /// <summary>Whether a stop of any strength was asked for.</summary>
    public bool IsStopping
    {
        get
        {
            lock (_gate)
            {
                return _phase >= Phase.Draining;
            }
        }
    }

    /// <summary>Whether the run was closed: nothing new begins.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_gate)
            {
                return _phase >= Phase.Closed;
            }
        }
    }

    /// <summary>Whether the caller is code of one of this run's workers.</summary>
    public bool IsCalledFromInside => RunMark.Current?.Run == this;

    /// <summary>Adds a stage before the start, in the order of the flow.</summary>
    public void Add(Stage stage)
    {
        _stages.Add(stage);
        if (stage is IInlet inlet)
        {
            _inlets.Add(inlet);
        }
    }

    /// <summary>Adds an inlet that is no stage, before the start.</summary>
    public void AddInlet(IInlet inlet) => _inlets.Add(inlet);

    /// <summary>Starts the run, once. Nothing starts when it was stopped before.</summary>
    /// <param name="tokens">Each ends the run.</param>
    public void Start(params CancellationToken[] tokens)
    {
        long timestamp = TimeProvider.GetTimestamp();
        lock (_gate)
        {
            if (_startCalled)
            {
                throw new InvalidOperationException(
                    $"Pipeline '{Name}' was started before, and a pipeline runs once. Keep the recipe and call Build again for another run.");
            }

            _startCalled = true;
            _tokens = tokens;
        }

        // Before the phase changes: a token that is already cancelled stops the run while nothing has started.
        CancellationTokenRegistration[] registrations = Array.ConvertAll(
            tokens, token => token.UnsafeRegister(static state => ((PipelineRun)state!).Close(StopCause.Token), this));
        lock (_gate)
        {
            _tokenRegistrations = registrations;
            if (_phase != Phase.Created)
            {
                Unregister_NeedsLock();
                return;
            }

            _phase = Phase.Running;
            _startTimestamp = timestamp;
        }

        Begin();
        Log.Started(_stages.Count);
    }

    /// <summary>The tokens of the run have no meaning any more. Does not wait for a callback that is running.</summary>
    private void Unregister_NeedsLock() => Array.ForEach(_tokenRegistrations, static registration => registration.Unregister());

    /// <summary>The books of all stages, each edge read together with the buffer it leads to.</summary>
    public StageBooks[] ReadBooks()
    {
        StageBooks[] books = [.. _stages.Select(stage => stage.ReadBooks())];
        ILookup<string, long> emitted = books.SelectMany(stage => stage.AcceptedFrom).ToLookup(edge => edge.Source, edge => edge.Count);
        return [.. books.Select(stage => stage with { Emitted = emitted[stage.Name].Sum() })];
    }

    /// <summary>Called once, by whoever took the run out of its first phase. A stage that was closed by then starts nothing.</summary>
    private void Begin()
    {
        foreach (Stage stage in Enumerable.Reverse(_stages))
        {
            stage.Start();
        }

        _work = WorkAsync();
        _ = SuperviseAsync(_work);
    }

    /// <summary>Lets each stage end when those before it have ended.</summary>
    private async Task WorkAsync()
    {
        Task[] ends = [.. _stages.Select(stage => stage.EndAsync())];
        await Task.WhenAll(ends).ConfigureAwait(false);

        // A stop that came in time is still cancelling tokens; what its callbacks throw belongs into the report.
        while (!TryEnd(out Task[] stops))
        {
            await Task.WhenAll(stops).ConfigureAwait(false);
        }
    }
}
