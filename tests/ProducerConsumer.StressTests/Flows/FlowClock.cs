using Microsoft.Extensions.Time.Testing;

namespace ProducerConsumer.StressTests;

/// <summary>
/// The time of a flow. One keeper moves it, so that it moves once at a time: a little for every item that waits to be
/// delivered again, and when somebody asks for it.
/// </summary>
internal sealed class FlowClock(GateKeeper keeper) : FakeTimeProvider
{
    /// <summary>The longest wait for a second call.</summary>
    public static TimeSpan LongestDelay { get; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Only items to be delivered again wait for less than this.</summary>
    private static readonly TimeSpan _short = BatchStep.Wait / 2;

    /// <summary>Moves the clock by half of the time that a batch waits.</summary>
    public void Move() => keeper.Later(() => Advance(_short));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime >= TimeSpan.Zero && dueTime < _short)
        {
            keeper.Later(() => Advance(dueTime));
        }

        return timer;
    }
}
