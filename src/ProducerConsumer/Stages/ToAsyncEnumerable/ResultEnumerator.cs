using System.Threading.Channels;

namespace ProducerConsumer;

/// <summary>
/// Runs a pipeline and reads its results, for one reader. Whichever way the reading ends, the run has ended before the
/// reader goes on, and the application was told once how.
/// </summary>
/// <param name="pipeline">A pipeline that nobody else has.</param>
/// <param name="results">What its last stage reads from.</param>
/// <param name="onCompleted">Told how the run ended; null when nobody asked.</param>
/// <param name="streamToken">The token that came with the stream.</param>
/// <param name="enumerationToken">The token that came with the enumeration.</param>
internal sealed class ResultEnumerator<TIn, T>(
    PooledPipeline<TIn> pipeline,
    ChannelReader<T> results,
    Action<PipelineReport>? onCompleted,
    CancellationToken streamToken,
    CancellationToken enumerationToken) : IAsyncEnumerator<T>
{
    /// <summary>Completes when the run has ended and the application was told of it.</summary>
    private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>1 while a call of <see cref="MoveNextAsync"/> looks for a result. Taken and given back by interlocked operations: the next call sees what the last one left.</summary>
    private int _isMoving;

    /// <summary>1 from when somebody tells the application of the end.</summary>
    private int _isEnding;

    /// <summary>Whether the run was started. By the call that moves.</summary>
    private bool _isStarted;

    /// <summary>1 from when the reader was told of the end.</summary>
    private int _isOver;

    public T Current { get; private set; } = default!;

    /// <exception cref="InvalidOperationException">An earlier call has not ended.</exception>
    public ValueTask<bool> MoveNextAsync()
    {
        if (Interlocked.Exchange(ref _isMoving, 1) != 0)
        {
            return ValueTask.FromException<bool>(new InvalidOperationException(
                $"MoveNextAsync of the results of pipeline '{pipeline.Name}' is called while an earlier call is under way. Await each call before the next."));
        }

        if (!results.TryRead(out T? item))
        {
            return MoveNextSlowlyAsync();
        }

        Current = item;
        Volatile.Write(ref _isMoving, 0);
        return new ValueTask<bool>(true);
    }

    /// <summary>
    /// Aborts the run when it has not ended; a call of <see cref="MoveNextAsync"/> that is under way then returns false. Does
    /// not wait for the end inside code of the run itself, for which the end has to wait.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        bool isInside = pipeline.Run.IsCalledFromInside;
        await pipeline.DisposeAsync().ConfigureAwait(false);
        Task end = EndAsync(); // Never fails, and ends with the run.
        if (!isInside)
        {
            await end.ConfigureAwait(false);
        }
    }

    private async ValueTask<bool> MoveNextSlowlyAsync()
    {
        try
        {
            Start();
            while (await results.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
            {
                if (results.TryRead(out T? item))
                {
                    Current = item;
                    return true;
                }
            }
        }
        catch (ChannelClosedException)
        {
            // A fault of the run is inside, and comes with the end of the pipeline.
        }
        finally
        {
            Volatile.Write(ref _isMoving, 0);
        }

        return await EndMovingAsync().ConfigureAwait(false);
    }

    /// <summary>Nothing will come any more: false, or what ended the run before its time, once.</summary>
    private async ValueTask<bool> EndMovingAsync()
    {
        Current = default!;
        await EndAsync().ConfigureAwait(false);
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
        {
            await ThrowAsync().ConfigureAwait(false);
        }

        return false;
    }

    /// <summary>Starts the run, once, and not when the end has come before.</summary>
    private void Start()
    {
        if (_isStarted || Volatile.Read(ref _isEnding) != 0)
        {
            return;
        }

        pipeline.Run.Start(enumerationToken, streamToken);
        _isStarted = true; // Not if the clock, which is the application's, threw: the next call tries again.
    }

    /// <summary>Waits for the end of the run and has the application told of it, once, by whoever comes first.</summary>
    private async Task EndAsync()
    {
        if (Interlocked.Exchange(ref _isEnding, 1) == 0)
        {
            Tell(await pipeline.Ended.ConfigureAwait(false));
            _told.SetResult();
        }

        await _told.Task.ConfigureAwait(false);
    }

    private void Tell(PipelineReport report)
    {
        try
        {
            onCompleted?.Invoke(report);
        }
        catch (Exception error)
        {
            pipeline.Run.RecordCallbackFailure(new ItemFailure("completion callback", error));
        }
    }

    /// <summary>Throws what ended the run before its time, unless that was the reader.</summary>
    private async Task ThrowAsync()
    {
        if (pipeline.Run.Cause is StopCause.Fault or StopCause.Token)
        {
            await pipeline.Completion.ConfigureAwait(false);
        }
    }
}
