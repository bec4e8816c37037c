namespace ProducerConsumer;

/// <summary>The writer of a pipeline without producers: the application pushes, and completing it ends the input.</summary>
internal sealed class PushWriter<T>(PipelineRun run, BoundedBuffer<T> buffer) : EdgeWriter<T>(run, buffer, new Edge()), IInlet
{
    private readonly PipelineRun _run = run;
    private readonly BoundedBuffer<T> _buffer = buffer;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>0 while open; 1 once completed or stopped, by whoever came first.</summary>
    private int _completed;

    public Task Completion => _ended.Task;

    public bool HasEnded => _ended.Task.IsCompleted;

    public override bool TryComplete(Exception? error = null)
    {
        if (Interlocked.Exchange(ref _completed, 1) != 0)
        {
            return false;
        }

        if (error is null)
        {
            End();
        }
        else
        {
            // Ends this inlet too, after the fault is on record: the other way round the run could end without it.
            _run.Fault(new ItemFailure("writer", error));
        }

        return true;
    }

    public void Stop()
    {
        Volatile.Write(ref _completed, 1); // Later completions find the writer closed; pairs with the exchange above.
        End();
    }

    /// <summary>The buffer refuses writes from here on, then the run hears of it.</summary>
    private void End()
    {
        _buffer.TryComplete();
        _ended.TrySetResult();
    }
}
