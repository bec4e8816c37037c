namespace ProducerConsumer;

/// <summary>How a worker waits: without a thread, and brought back once.</summary>
internal abstract partial class ItemWorker<T>
{
    /// <summary>1 while the worker waits; whoever sets it to 0 brings the worker back.</summary>
    private int _isWaiting;

    /// <summary>Brings the worker back; made when it waits for the first time.</summary>
    private Action? _resume;

    /// <summary>
    /// Lets what the worker waits for bring it back. Always to the pool, since what completes a call may be in the middle
    /// of something, such as a <c>SetResult</c> with more to do after it, and must not wait for the next item.
    /// </summary>
    private void Wait()
    {
        _isWaiting = 1; // Published by whatever hands the continuation over to another thread.
        try
        {
            // From here on the worker may be running on another thread.
            _call.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_resume ??= Resume);
        }
        catch (Exception error)
        {
            // A value task of the application's own making. When it has not taken the continuation, and never will from
            // here on, it is as if awaiting it had thrown.
            if (StopWaiting())
            {
                if (TryJudge(error))
                {
                    Wake();
                }
                else
                {
                    Wait();
                }
            }
            else
            {
                Stage.Run.RecordCallbackFailure(new ItemFailure(Stage.Name, error));
            }
        }
    }

    private void Resume()
    {
        if (StopWaiting())
        {
            Background.Start(this, local: true);
        }
    }

    /// <summary>
    /// The worker was brought back though its call is not done: a value task of the application's own making called an
    /// earlier continuation again. Waits on; true when the call is done by now and nobody else brings the worker back.
    /// </summary>
    private bool IsBack()
    {
        Interlocked.Exchange(ref _isWaiting, 1); // A full fence: either the call is seen done here, or its continuation sees this.
        return _call.IsCompleted && StopWaiting();
    }

    /// <summary>True once per wait.</summary>
    private bool StopWaiting() => Interlocked.Exchange(ref _isWaiting, 0) == 1;
}
