namespace ProducerConsumer;

/// <summary>The writer of a pipeline without producers: the application pushes, and completing it ends the input.</summary>
internal sealed class PushWriter<T>(PipelineRun run, BoundedBuffer<T> buffer) : EdgeWriter<T>(run, buffer, edge: null, home: null), IInlet
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>0 while open. Whoever sets it to 1 ends the inlet, so that a completion with an error is on record before the run can end.</summary>
    private int _completed;

    public Task Completion => _ended.Task;

    public bool HasEnded => _ended.Task.IsCompleted;

    public override bool TryComplete(Exception? error = null)
    {
        if (Interlocked.Exchange(ref _completed, 1) != 0)
        {
            return false;
        }

        ItemFailure? fault = error is null ? null : Run.Fault(new ItemFailure("writer", error));

        // The buffer refuses writes from here on, then the run hears of it.
        Buffer.TryComplete();
        _ended.TrySetResult();
        if (fault is not null)
        {
            Run.Log.Faulted(fault);
        }

        return true;
    }

    public void Stop() => TryComplete();
}
