using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace ProducerConsumer;

/// <summary>One worker of a pool, from its start on the thread pool to its last step.</summary>
internal abstract class Worker(Stage stage) : IThreadPoolWorkItem, IValueTaskSource
{
    /// <summary>How long a worker keeps its thread while nothing suspends it, in milliseconds.</summary>
    private const int MaxStreak = 30;

    /// <summary>The execution context that holds the run's mark and nothing else.</summary>
    private ExecutionContext? _context;

    /// <summary>What a parked worker awaits; used again for each time.</summary>
    private ManualResetValueTaskSourceCore<bool> _wake = new() { RunContinuationsAsynchronously = true };

    /// <summary>Cancels this worker's delegates.</summary>
    private CancellationTokenSource? _cancellation;

    /// <summary>When this worker last got its thread, in milliseconds of the real clock: a fake one does not starve anybody.</summary>
    private long _streakStart;

    /// <summary>Whether this worker was called and has not come to look yet; true for a new one. Guarded by the lock of the work's owner.</summary>
    public bool IsCalled { get; set; } = true;

    /// <summary>The task is owned by the pool, which counts this worker until <see cref="WorkerPool.Exit"/>.</summary>
    public void Execute() => _ = RunAsync();

    /// <summary>From here on a wake is not lost. Before the worker can be seen parked.</summary>
    public void PreparePark() => _wake.Reset();

    /// <summary>Has a parked worker look for work again, once per time. Outside the lock.</summary>
    public void Wake() => _wake.SetResult(true);

    void IValueTaskSource.GetResult(short token) => _wake.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wake.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wake.OnCompleted(continuation, state, token, flags);

    /// <summary>Waits, once parked, until there is work or nothing to wait for.</summary>
    protected ValueTask ParkAsync() => new(this, _wake.Version);

    /// <summary>Works until there is nothing left for this worker, and leaves the pool in the step that finds that out.</summary>
    protected abstract Task WorkAsync();

    /// <summary>The token of this worker's delegates.</summary>
    protected CancellationToken Token => _cancellation!.Token;

    /// <summary>Gives the next call the worker's own execution context, whatever the last one left behind.</summary>
    protected void RestoreContext()
    {
        if (!ReferenceEquals(ExecutionContext.Capture(), _context))
        {
            ExecutionContext.Restore(_context!);
        }

        if (SynchronizationContext.Current is not null)
        {
            SynchronizationContext.SetSynchronizationContext(null);
        }
    }

    /// <summary>Notes that the worker was suspended, so that others had their chance.</summary>
    protected void EndStreak() => _streakStart = Environment.TickCount64;

    /// <summary>
    /// Awaited between two pieces of work: lets others have the thread when this worker kept it too long. A worker that
    /// user code suspended is on the stack of whoever resumed it, and leaves that: what comes next must not run inside
    /// somebody's <c>SetResult</c>, which may have more to do.
    /// </summary>
    /// <param name="suspended">Whether user code suspended the worker. The buffer's own waits do not count: they resume on the pool.</param>
    protected RestAwaitable Rest(bool suspended)
    {
        if (suspended)
        {
            return new RestAwaitable(this, isDue: true, local: true);
        }

        return new RestAwaitable(this, isDue: Environment.TickCount64 - _streakStart > MaxStreak, local: false);
    }

    private async Task RunAsync()
    {
        await stage.Pool.EnterAsync().ConfigureAwait(false);
        _cancellation = stage.Tokens.Rent();
        try
        {
            RunMark.Current = stage.Mark;
            _context = ExecutionContext.Capture();
            EndStreak();
            await WorkAsync().ConfigureAwait(false);
        }
        catch (Exception bug)
        {
            // Every user call has a catch of its own, so this is a fault of the library; the run must still end.
            stage.Run.Log.Faulted(stage.Run.Fault(new ItemFailure(stage.Name, bug)));
        }
        finally
        {
            stage.Tokens.Return(_cancellation);
            stage.Pool.Exit();
        }
    }

    /// <summary>
    /// Goes on from the thread pool, or at once when no rest is due. Awaited by the loop itself and not wrapped in a task:
    /// one that completes before the loop looks at it would leave the loop where it is.
    /// </summary>
    protected readonly struct RestAwaitable(Worker worker, bool isDue, bool local) : ICriticalNotifyCompletion
    {
        public bool IsCompleted => !isDue;

        public RestAwaitable GetAwaiter() => this;

        public void GetResult()
        {
            if (isDue)
            {
                worker.EndStreak();
            }
        }

        public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

        public void UnsafeOnCompleted(Action continuation) => Background.Requeue(continuation, local);
    }
}
