using Microsoft.Coyote.Random;
using Microsoft.Coyote.Runtime;

namespace ProducerConsumer;

/// <summary>
/// Stands in for the framework's type of this name: once armed, it fires when the explorer likes, be it at once or after
/// everything else.
/// </summary>
internal sealed class Timer(Action callback)
{
    /// <summary>How often it fires at most, so that a run that waits for nothing else counts as a deadlock. Far more than any needs.</summary>
    private const int MaxFirings = 200;

    /// <summary>How often it lets others go first, at most.</summary>
    private const int MaxPatience = 8;

    private int _firings;

    public void Change(int dueTime, int period)
    {
        if (++_firings <= MaxFirings)
        {
            SynchronizationContext.PostToExplorer(Fire);
        }
    }

    private void Fire()
    {
        for (int patience = Generator.Create().NextInteger(MaxPatience + 1); patience > 0; patience--)
        {
            SchedulingPoint.Yield();
        }

        callback();
    }
}
