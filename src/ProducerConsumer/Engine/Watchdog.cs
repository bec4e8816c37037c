namespace ProducerConsumer;

/// <summary>
/// Looks after what user code may keep, about every 10 ms while there is something. By the real clock: a fake one that
/// stands still must not keep items waiting.
/// </summary>
internal sealed class Watchdog
{
    private const int Period = 10;

    private readonly Timer _timer;

    public Watchdog(Action look) => _timer = Background.CreateTimer(look);

    /// <summary>Has it look once, after the period.</summary>
    public void Arm() => _timer.Change(Period, Timeout.Infinite);
}
