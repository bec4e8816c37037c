using Microsoft.Extensions.Time.Testing;

namespace ProducerConsumer.StressTests;

/// <summary>The time of a flow. One keeper moves it, so that it moves once at a time.</summary>
internal sealed class FlowClock(FakeTimeProvider time, GateKeeper keeper)
{
    /// <summary>The longest wait for a second call. The clock moves on in shorter steps than this while somebody waits.</summary>
    public static TimeSpan LongestDelay { get; } = TimeSpan.FromMilliseconds(400);

    /// <summary>How many items fail, or have failed, and are to be delivered again.</summary>
    private int _expected;

    private volatile bool _isStopped;

    /// <summary>Moves the clock by half of the time that a batch waits.</summary>
    public void Move() => keeper.Later(() => time.Advance(BatchStep.Wait / 2));

    /// <summary>The clock moves on until what will be delivered again is there.</summary>
    public void Expect()
    {
        if (Interlocked.Increment(ref _expected) == 1)
        {
            keeper.Later(MoveOn);
        }
    }

    public void Meet() => Interlocked.Decrement(ref _expected);

    /// <summary>The run has ended: what was expected may have been handed back.</summary>
    public void Stop() => _isStopped = true;

    private void MoveOn()
    {
        time.Advance(LongestDelay / 2);
        if (Volatile.Read(ref _expected) > 0 && !_isStopped)
        {
            keeper.Later(MoveOn);
        }
    }
}
