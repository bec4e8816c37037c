namespace ProducerConsumer;

/// <summary>How a run ends: when its work has ended, or when nobody waits for it any longer.</summary>
internal sealed partial class PipelineRun
{
    /// <summary>Owns the run from its start to its end. The end is decided by the work, or by the time-out of an abort.</summary>
    private async Task SuperviseAsync(Task work)
    {
        await Task.WhenAny(work, _abandoned.Task).ConfigureAwait(false);
        ITimer? abortTimer;
        lock (_gate)
        {
            IsAbandoned = _phase != Phase.Ended;
            _phase = Phase.Ended;
            Unregister_NeedsLock();
            abortTimer = _abortTimer;
        }

        Duration = ReadDuration();
        DisposeTimer(abortTimer);
        _ended.SetResult();
        if (IsAbandoned)
        {
            StageBooks[] books = ReadBooks();
            Log.Abandoned(books.Sum(stage => stage.InFlight), books.Sum(stage => stage.Workers), _abortTimeout);
        }

        Log.Ended(Cause.ToString(), Duration);
    }

    /// <summary>The clock is the application's: one that throws must not keep the run from its end.</summary>
    private void DisposeTimer(ITimer? timer)
    {
        try
        {
            timer?.Dispose();
        }
        catch (Exception error)
        {
            Faults.AddFailure(new ItemFailure("clock", error));
        }
    }

    /// <summary>As <see cref="DisposeTimer"/>.</summary>
    private TimeSpan ReadDuration()
    {
        try
        {
            return _startTimestamp is { } start ? TimeProvider.GetElapsedTime(start) : TimeSpan.Zero;
        }
        catch (Exception error)
        {
            Faults.AddFailure(new ItemFailure("clock", error));
            return TimeSpan.Zero;
        }
    }

    /// <summary>Ends the run unless stops are under way, which are then to be awaited.</summary>
    private bool TryEnd(out Task[] stops)
    {
        lock (_gate)
        {
            stops = [.. _stops.Where(stop => !stop.IsCompleted)];
            if (stops.Length == 0)
            {
                _phase = Phase.Ended;
            }

            return stops.Length == 0;
        }
    }
}
