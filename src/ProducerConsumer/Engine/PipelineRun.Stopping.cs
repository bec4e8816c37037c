namespace ProducerConsumer;

/// <summary>
/// How a run is stopped, always in this order: state, buffers and their waits, the limit of the wait, then tokens, whose
/// callbacks are foreign code and may block or throw. A drain, which leaves the buffers open, ends the waits of producers
/// right after the tokens were set, and waits for no callback either.
/// </summary>
internal sealed partial class PipelineRun
{
    private readonly TaskCompletionSource _abandoned = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The stops that were begun, each complete when its token callbacks have run. Guarded by <see cref="_gate"/>.</summary>
    private readonly List<Task> _stops = [];

    /// <summary>The fault that closed the run; null before, and when something else did. Guarded by <see cref="_gate"/>.</summary>
    private Exception? _closeError;

    /// <summary>Limits the wait for delegates after a close; null before. Guarded by <see cref="_gate"/>.</summary>
    private ITimer? _abortTimer;

    /// <summary>Ends the input and lets everything accepted be worked on. Before the start it is an abort: nothing would work.</summary>
    public void Drain()
    {
        Stop? stop;
        lock (_gate)
        {
            stop = _phase == Phase.Created
                ? TryStop_NeedsLock(Phase.Closed, StopCause.Abort)
                : TryStop_NeedsLock(Phase.Draining, StopCause.Drain);
        }

        if (stop is { Cause: StopCause.Drain })
        {
            foreach (IInlet inlet in _inlets)
            {
                inlet.Stop();
            }

            Task[] cancellations = ProducerTokens.CancelAsync();
            _stages.ForEach(static stage => stage.CancelWrites());
            _ = CancelAsync(stop, cancellations);
            Log.Stopping(nameof(StopCause.Drain));
        }
        else if (stop is not null)
        {
            Close(stop);
        }
    }

    /// <summary>
    /// Ends everything at once: buffers close, waits end, tokens are cancelled, nothing new starts. Ignored when the run
    /// was closed before, or has nothing left to do.
    /// </summary>
    public void Close(StopCause cause)
    {
        Stop? stop;
        lock (_gate)
        {
            stop = TryStop_NeedsLock(Phase.Closed, cause);
        }

        if (stop is not null)
        {
            Close(stop);
        }
    }

    /// <summary>
    /// Records a fault of a delegate; one that comes before any close closes the run. Returns it as it was recorded, for
    /// the caller to log when everything else is done.
    /// </summary>
    public ItemFailure Fault(ItemFailure fault)
    {
        Stop? stop;
        lock (_gate)
        {
            stop = TryStop_NeedsLock(Phase.Closed, StopCause.Fault, fault.Exception);
            fault = stop is null ? fault.MarkAfterStop() : fault;
            Faults.AddFault(fault);
        }

        if (stop is not null)
        {
            Close(stop);
        }
        else
        {
            CloseStages(); // As in HeedToken.
        }

        return fault;
    }

    /// <summary>
    /// Whether the token of the run is cancelled, which closes the run here at the latest: callbacks of a token run newest
    /// first, so a delegate that uses it directly can hear of the cancellation before the run does.
    /// </summary>
    public bool HeedToken()
    {
        if (!Token.IsCancellationRequested)
        {
            return false;
        }

        Close(StopCause.Token);
        CloseStages(); // Somebody else may be at it, and the caller must find its own stage closed before it looks for more work.
        return true;
    }

    /// <summary>Records the failure of an item that was given up: the run goes on.</summary>
    public void RecordFailure(ItemFailure failure)
    {
        Faults.AddFailure(failure);
        Log.ItemFailed(failure);
    }

    /// <summary>Records what a callback threw that is no delegate of a stage: the run goes on.</summary>
    public void RecordCallbackFailure(ItemFailure failure)
    {
        Faults.AddFailure(failure);
        Log.CallbackFailed(failure);
    }

    /// <summary>Moves on to <paramref name="phase"/>; null when the run is there already, or so near its end that a stop changes nothing.</summary>
    private Stop? TryStop_NeedsLock(Phase phase, StopCause cause, Exception? error = null)
    {
        if (_phase >= phase || (_phase != Phase.Created && cause != StopCause.Fault && IsSettled_NeedsLock()))
        {
            return null;
        }

        Stop stop = new(cause, wasCreated: _phase == Phase.Created);
        _stops.Add(stop.Task);
        _closeError = error;
        _phase = phase;
        Cause = cause;
        return stop;
    }

    /// <summary>Whether only the last steps of workers are left to do. Not while a callback of an earlier stop may block.</summary>
    private bool IsSettled_NeedsLock() =>
        _inlets.TrueForAll(inlet => inlet.HasEnded)
        && _stages.TrueForAll(stage => stage.IsIdle)
        && _stops.TrueForAll(stop => stop.IsCompleted);

    /// <summary>Closes every stage that is not closed. Once the phase is <see cref="Phase.Closed"/>.</summary>
    private void CloseStages()
    {
        Exception? error;
        lock (_gate)
        {
            error = _closeError;
        }

        // The last one first, so that nobody begins anything with what an earlier one gives up.
        foreach (Stage stage in Enumerable.Reverse(_stages))
        {
            stage.Close(error);
        }
    }

    private void Close(Stop stop)
    {
        CloseStages();
        foreach (IInlet inlet in _inlets)
        {
            inlet.Stop();
        }

        if (stop.WasCreated)
        {
            Begin();
        }

        StartAbortTimer();
        _ = CancelAsync(stop, [.. ProducerTokens.CancelAsync(), .. HandlerTokens.CancelAsync()]);
        if (stop.Cause != StopCause.Fault)
        {
            Log.Stopping(stop.Cause.ToString());
        }
    }

    /// <summary>Waits for the callbacks of tokens that were cancelled; the run awaits the stop before it ends.</summary>
    private async Task CancelAsync(Stop stop, Task[] cancellations)
    {
        List<Exception> thrown = [];
        foreach (Task cancellation in cancellations)
        {
            try
            {
                await cancellation.ConfigureAwait(false);
            }
            catch (Exception)
            {
                thrown.AddRange(cancellation.Exception!.Flatten().InnerExceptions);
            }
        }

        ItemFailure[] failures = [.. thrown.Select(error => new ItemFailure("cancellation callback", error))];
        Array.ForEach(failures, Faults.AddFailure);
        stop.SetResult();
        Array.ForEach(failures, Log.CallbackFailed);
    }

    private void StartAbortTimer()
    {
        ITimer timer = CreateTimer();
        lock (_gate)
        {
            _abortTimer = timer; // Only this timer can end the run before the stop is complete; then it has fired, and there is nothing to dispose.
        }
    }

    /// <summary>The clock is the application's: when it throws, the real one limits the wait.</summary>
    private ITimer CreateTimer()
    {
        try
        {
            return TimeProvider.CreateTimer(Abandon, _abandoned, _abortTimeout, Timeout.InfiniteTimeSpan);
        }
        catch (Exception error)
        {
            Faults.AddFailure(new ItemFailure("clock", error));
            return System.TimeProvider.System.CreateTimer(Abandon, _abandoned, _abortTimeout, Timeout.InfiniteTimeSpan);
        }

        static void Abandon(object? state) => ((TaskCompletionSource)state!).TrySetResult();
    }

    /// <summary>A stop under way; complete when the callbacks of its tokens have run.</summary>
    private sealed class Stop(StopCause cause, bool wasCreated) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public StopCause Cause => cause;

        /// <summary>Whether it came before the start, so that it is the stop that has to bring the run to its end.</summary>
        public bool WasCreated => wasCreated;
    }
}
