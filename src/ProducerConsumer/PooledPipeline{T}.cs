using System.Threading.Channels;

namespace ProducerConsumer;

/// <summary>
/// Producers, stages and consumers, each a pool of workers, with a bounded channel in front of each. No task is left waiting: whatever faults, is
/// cancelled, stopped or disposed, every wait ends and the run ends. No item disappears: every accepted item is settled
/// once, and the <see cref="PipelineReport"/> hands back what was not finished.
/// </summary>
/// <typeparam name="T">The items that the pipeline takes.</typeparam>
/// <remarks>A pipeline runs once; its recipe can be built again. All members may be called from any thread.</remarks>
public sealed class PooledPipeline<T> : IAsyncDisposable
{
    private readonly PipelineRun _run;
    private readonly PushWriter<T>? _writer;
    private readonly TaskCompletionSource<PipelineReport> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the report, never with an error; what the stops and the disposal wait for.</summary>
    private readonly Task<PipelineReport> _ended;

    private volatile PipelineReport? _report;

    internal PooledPipeline(PipelineRun run, PushWriter<T>? writer)
    {
        _run = run;
        _writer = writer;
        Stages = new PipelineStageCollection(run.Stages.Select(stage => new PipelineStage(stage)));
        _ended = EndAsync();
    }

    internal PipelineRun Run => _run;

    /// <summary>As <see cref="Completion"/>, but with the report in every case.</summary>
    internal Task<PipelineReport> Ended => _ended;

    /// <summary>The name of the pipeline.</summary>
    public string Name => _run.Name;

    /// <summary>The stages in the order of the flow, also by name: <c>Stages["consumers"]</c>.</summary>
    public PipelineStageCollection Stages { get; }

    /// <summary>
    /// Where the application writes when the recipe has no <c>Produce</c>. Writes before the start wait in the channel.
    /// Completing it ends the input; completing it with an error is a fault of the run. Once the input has ended, writes
    /// throw <see cref="ChannelClosedException"/>, with the fault inside if there was one.
    /// </summary>
    /// <exception cref="InvalidOperationException">The recipe has producers, and they alone write.</exception>
    public PipelineWriter<T> Writer =>
        _writer ?? throw new InvalidOperationException(
            $"Pipeline '{Name}' has producers ({string.Join(", ", Stages.Where(stage => stage.Capacity is null).Select(stage => stage.Name))}), and they alone write. Leave Produce out of the recipe to push items through Writer.");

    /// <summary>
    /// Completes when the run has ended: with the report, or with <see cref="PipelineException"/> when a fault stopped the
    /// run, or cancelled when the token of <see cref="RunAsync"/> or a disposal did. Awaiting it inside a delegate of the
    /// same run waits for ever: the run waits for that delegate.
    /// </summary>
    public Task<PipelineReport> Completion => _completion.Task;

    /// <summary>
    /// How the run ended; <see langword="null"/> before. After <see cref="PipelineOutcome.Abandoned"/> it is replaced once,
    /// when the abandoned delegates have returned, by a report that settles their items too.
    /// </summary>
    public PipelineReport? Report => _report;

    /// <summary>Starts the pipeline and waits for its end.</summary>
    /// <param name="cancellationToken">Ends the run like <see cref="StopMode.Abort"/>. No effect once everything is settled.</param>
    /// <returns>How the run ended.</returns>
    /// <exception cref="PipelineException">A delegate threw, and that stopped the run.</exception>
    /// <exception cref="OperationCanceledException">The token, or a disposal, ended the run. <see cref="Report"/> lists what was not finished.</exception>
    /// <exception cref="InvalidOperationException">The pipeline was started before.</exception>
    public Task<PipelineReport> RunAsync(CancellationToken cancellationToken = default)
    {
        _run.Start(cancellationToken);
        return Completion;
    }

    /// <summary>Starts the pipeline. Nothing starts when it was stopped or disposed before.</summary>
    /// <param name="cancellationToken">Cancels the start only; later it has no effect on the run.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled; the pipeline can still be started.</exception>
    /// <exception cref="InvalidOperationException">The pipeline was started before.</exception>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled(cancellationToken);
        }

        _run.Start(CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Stops the run and waits for its end. Stops only get stronger, and concurrent ones share one result. Before the
    /// start, either mode means that nothing starts and what was written is undelivered.
    /// </summary>
    /// <param name="mode">Whether what was accepted is still worked on.</param>
    /// <param name="cancellationToken">Makes a drain an abort; it does not end the wait.</param>
    /// <returns>How the run ended. A fault of the run is in the report and not thrown here.</returns>
    /// <exception cref="InvalidOperationException">The caller is a delegate of this run, which would wait for itself.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="mode"/> is no <see cref="StopMode"/>.</exception>
    public async Task<PipelineReport> StopAsync(StopMode mode = StopMode.Drain, CancellationToken cancellationToken = default)
    {
        if (_run.IsCalledFromInside)
        {
            throw new InvalidOperationException(
                $"A delegate of pipeline '{Name}' calls StopAsync, which waits for that delegate to return. Call RequestStop(StopMode.{mode}) instead, which does not wait.");
        }

        RequestStop(mode);
        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static state => ((PipelineRun)state!).Close(StopCause.Abort), _run);
        try
        {
            return await _ended.ConfigureAwait(false);
        }
        finally
        {
            registration.Unregister(); // Disposing would wait for a callback that is running.
        }
    }

    /// <summary>Asks for a stop and does not wait; the one way to stop a run from inside one of its delegates.</summary>
    /// <param name="mode">Whether what was accepted is still worked on.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="mode"/> is no <see cref="StopMode"/>.</exception>
    public void RequestStop(StopMode mode)
    {
        switch (mode)
        {
            case StopMode.Drain:
                _run.Drain();
                break;
            case StopMode.Abort:
                _run.Close(StopCause.Abort);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(mode), mode, $"mode is {mode}. Give StopMode.Drain or StopMode.Abort.");
        }
    }

    /// <summary>
    /// Aborts the run when it has not ended, and waits for its end. Never throws what a delegate threw. Inside a delegate
    /// of the same run it asks for the abort and returns.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        _run.Close(StopCause.Dispose);
        if (!_run.IsCalledFromInside)
        {
            await _ended.ConfigureAwait(false);
        }
    }

    private async Task<PipelineReport> EndAsync()
    {
        await _run.Ended.ConfigureAwait(false);
        PipelineReport report = CreateReport();
        _report = report;
        Complete(report);
        if (_run.IsAbandoned)
        {
            _ = SettleAbandonedAsync();
        }

        return report;
    }

    /// <summary>Waits as long as the abandoned delegates take; the run has ended, so nobody waits for this.</summary>
    private async Task SettleAbandonedAsync()
    {
        await _run.WorkersEnded.ConfigureAwait(false);
        _report = CreateReport();
    }

    private void Complete(PipelineReport report)
    {
        switch (_run.Cause)
        {
            case StopCause.Fault:
                _completion.SetException(new PipelineException(report));
                _ = _completion.Task.Exception; // Observed: the fault is in the report and in the log.
                break;
            case StopCause.Token:
                _completion.SetCanceled(_run.Token);
                break;
            case StopCause.Dispose:
                _completion.SetCanceled();
                break;
            default:
                _completion.SetResult(report);
                break;
        }
    }

    private PipelineReport CreateReport()
    {
        (ItemFailure[] failures, long failureCount) = _run.Faults.CopyFailures();
        return new PipelineReport(
            Name,
            Outcome(),
            _run.Duration,
            [.. _run.Stages.Zip(_run.ReadBooks(), (stage, books) => new StageReport(books, stage.ItemType))],
            _run.Faults.CopyFaults(),
            failures,
            failureCount);
    }

    private PipelineOutcome Outcome()
    {
        if (_run.IsAbandoned)
        {
            return PipelineOutcome.Abandoned;
        }

        return _run.Cause switch
        {
            StopCause.None => PipelineOutcome.Completed,
            StopCause.Drain => PipelineOutcome.Drained,
            StopCause.Token => PipelineOutcome.Canceled,
            StopCause.Fault => PipelineOutcome.Faulted,
            _ => PipelineOutcome.Aborted,
        };
    }
}
