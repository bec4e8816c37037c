using System.Globalization;
using Microsoft.Extensions.Time.Testing;

namespace ProducerConsumer.Samples.Tests;

/// <summary>A clock that stands still until a test moves it, and that knows who sleeps on it.</summary>
/// <remarks>A sleep lasts from the creation of a timer, or a change of it, until the timer fires or is disposed.</remarks>
internal sealed class QuickStartClock(AsyncGate changes) : FakeTimeProvider
{
    private readonly Lock _gate = new();

    /// <summary>All sleeps in the order in which they began. Guarded by <see cref="_gate"/>.</summary>
    private readonly List<Sleep> _sleeps = [];

    /// <summary>The time that the test let pass.</summary>
    public TimeSpan Elapsed => GetUtcNow() - Start;

    /// <summary>The culture in which those who go to sleep wake up; null for their own.</summary>
    public CultureInfo? SleepersCulture { get; set; }

    /// <summary>How many sleep now.</summary>
    public int Armed
    {
        get
        {
            lock (_gate)
            {
                return _sleeps.Count(sleep => sleep.IsArmed);
            }
        }
    }

    /// <summary>When the first of those who sleep wakes up.</summary>
    public TimeSpan NextWake
    {
        get
        {
            lock (_gate)
            {
                return _sleeps.Where(sleep => sleep.IsArmed).Min(sleep => sleep.Begin + sleep.Duration);
            }
        }
    }

    /// <summary>The most of the first 20 sleeps, those of the producers, that there were at once.</summary>
    public int MostProducersAsleep { get; private set; }

    /// <summary>The most of the later sleeps, those of the consumers, that there were at once.</summary>
    public int MostConsumersAsleep { get; private set; }

    /// <summary>All sleeps so far, in the order in which they began.</summary>
    public Sleep[] CopySleeps()
    {
        lock (_gate)
        {
            return [.. _sleeps];
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (SleepersCulture is not null)
        {
            // A delay calls this on the stack of the one who is going to sleep, whose context gets the culture.
            CultureInfo.CurrentCulture = SleepersCulture;
        }

        CountedTimer timer = new(this, callback, state);
        timer.Inner = base.CreateTimer(_ => timer.Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(dueTime, period);
        return timer;
    }

    private void Arm(Sleep sleep)
    {
        lock (_gate)
        {
            _sleeps.Add(sleep);
            sleep.IsArmed = !sleep.HasEnded;
            MostProducersAsleep = Math.Max(MostProducersAsleep, _sleeps.Take(QuickStartModel.Producers).Count(other => other.IsArmed));
            MostConsumersAsleep = Math.Max(MostConsumersAsleep, _sleeps.Skip(QuickStartModel.Producers).Count(other => other.IsArmed));
        }

        changes.Signal();
    }

    private void End(Sleep? sleep)
    {
        if (sleep is not null)
        {
            lock (_gate)
            {
                sleep.HasEnded = true;
                sleep.IsArmed = false;
            }

            changes.Signal();
        }
    }

    /// <summary>One sleep. What can change is guarded by the lock of the clock.</summary>
    internal sealed record Sleep(TimeSpan Begin, TimeSpan Duration)
    {
        public bool IsArmed { get; set; }

        public bool HasEnded { get; set; }
    }

    /// <summary>Tells the clock what happens to a timer that fires once.</summary>
    private sealed class CountedTimer(QuickStartClock clock, TimerCallback callback, object? state) : ITimer
    {
        private Sleep? _sleep;

        public ITimer Inner { get; set; } = null!;

        public void Fire()
        {
            // Before the callback, which may go straight on to the next sleep.
            clock.End(_sleep);
            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            period.Should().Be(Timeout.InfiniteTimeSpan, "a sleep ends once");
            clock.End(_sleep);
            _sleep = dueTime == Timeout.InfiniteTimeSpan ? null : new Sleep(clock.Elapsed, dueTime);
            bool changed = Inner.Change(dueTime, Timeout.InfiniteTimeSpan);
            if (_sleep is not null)
            {
                // Only now: a test that sees the sleep may move the clock.
                clock.Arm(_sleep);
            }

            return changed;
        }

        public void Dispose()
        {
            clock.End(_sleep);
            Inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
