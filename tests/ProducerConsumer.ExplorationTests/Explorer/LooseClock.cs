namespace ProducerConsumer.ExplorationTests;

/// <summary>
/// A clock whose short timers fire when the explorer likes, at once or after everything else; then their time has passed.
/// Long ones, which only end the wait for delegates that do not return, never do.
/// </summary>
internal sealed class LooseClock : TimeProvider
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    private long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Volatile.Read(ref _now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        LooseTimer timer = new(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class LooseTimer(LooseClock clock, Action callback) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime >= TimeSpan.Zero && dueTime <= Short)
            {
                _ = Task.Run(() =>
                {
                    Interlocked.Add(ref clock._now, dueTime.Ticks);
                    callback();
                });
            }

            return true;
        }

        public void Dispose()
        {
            // A timer may fire although it was disposed: others do so too.
        }

        public ValueTask DisposeAsync() => default;
    }
}
