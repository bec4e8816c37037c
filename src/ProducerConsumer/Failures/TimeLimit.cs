namespace ProducerConsumer;

/// <summary>
/// Cancels the token of a call that takes too long, and waits for the call all the same: no item is ever handled twice at
/// once. A call that leaves with a cancellation then has timed out; one that returns is fine.
/// </summary>
internal sealed class TimeLimit<T>(PipelineRun run, string stage, TimeSpan limit, Func<T, CancellationToken, ValueTask> handle)
{
    public async ValueTask HandleAsync(T item, CancellationToken cancellationToken)
    {
        CancellationTokenSource source = new(); // Never disposed: the timer may be about to cancel it.
        ITimer timer = run.TimeProvider.CreateTimer(_ => Expire(source), null, limit, Timeout.InfiniteTimeSpan);
        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static state => ((CancellationTokenSource)state!).Cancel(), source);
        try
        {
            await handle(item, source.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (source.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Stage '{stage}' cancelled a call that took longer than its Timeout of {limit}.", error);
        }
        finally
        {
            registration.Unregister();
            Release(timer);
        }
    }

    /// <summary>The clock is the application's: what it throws here changes nothing for an item that is done.</summary>
    private void Release(ITimer timer)
    {
        try
        {
            timer.Dispose();
        }
        catch (Exception error)
        {
            run.RecordCallbackFailure(new ItemFailure("clock", error));
        }
    }

    /// <summary>The callbacks of the token are the application's: on a thread of the clock nobody else would catch what they throw.</summary>
    private void Expire(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (Exception error)
        {
            run.RecordCallbackFailure(new ItemFailure("cancellation callback", error));
        }
    }
}
