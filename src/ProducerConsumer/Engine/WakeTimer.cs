namespace ProducerConsumer;

/// <summary>Has a worker called back at a time of the pipeline's clock. Belongs to the worker, but for the callback.</summary>
/// <param name="timeProvider">The clock. It is the application's, and what it throws goes to whoever sets the timer.</param>
/// <param name="onDue">Called on a thread of the clock when the time may have come. Must not throw.</param>
internal sealed class WakeTimer(TimeProvider timeProvider, Action onDue)
{
    private ITimer? _timer;

    /// <summary>When the time comes, as a timestamp; null when nothing is awaited.</summary>
    private long? _due;

    /// <summary>Awaits the time anew.</summary>
    public void Set(TimeSpan delay)
    {
        if (delay == Timeout.InfiniteTimeSpan)
        {
            _due = null; // A timer that fires all the same finds nothing due.
            return;
        }

        _due = timeProvider.GetTimestamp() + (long)(delay.TotalSeconds * timeProvider.TimestampFrequency);
        Arm(delay);
    }

    /// <summary>
    /// Whether the time has come, which is then over. A callback may come too early: that of a time which was given up in
    /// favour of this one, or of a timer that rounds.
    /// </summary>
    public bool TryTake()
    {
        if (_due is not { } due)
        {
            return false;
        }

        TimeSpan left = timeProvider.GetElapsedTime(timeProvider.GetTimestamp(), due);
        if (left > TimeSpan.Zero)
        {
            Arm(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds))); // Timers count whole milliseconds.
            return false;
        }

        _due = null;
        return true;
    }

    public void Dispose() => _timer?.Dispose();

    private void Arm(TimeSpan delay)
    {
        if (_timer is null)
        {
            _timer = timeProvider.CreateTimer(static state => ((Action)state!)(), onDue, delay, Timeout.InfiniteTimeSpan);
        }
        else
        {
            _timer.Change(delay, Timeout.InfiniteTimeSpan);
        }
    }
}
