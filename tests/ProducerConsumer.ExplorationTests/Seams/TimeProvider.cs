using Microsoft.Coyote.Random;
using Framework = System;

namespace ProducerConsumer;

/// <summary>
/// Stands in for the framework's type of this name, whose real clock would make the size of a batch a matter of the
/// machine: as for <see cref="Environment"/>, time passes as the explorer likes, and a schedule can be replayed.
/// </summary>
public abstract class TimeProvider : Framework.TimeProvider
{
    /// <summary>The clock of the explorer.</summary>
    public static new TimeProvider System { get; } = new ExploredClock();

    private sealed class ExploredClock : TimeProvider
    {
        /// <summary>One look in so many finds that a second has passed, which is more than any batch may take.</summary>
        private const int LooksPerStep = 8;

        /// <summary>Only grows, also from one schedule to the next: nobody asks for more than a difference. Never 0.</summary>
        private static long _now = 1;

        public override long GetTimestamp() =>
            Generator.Create().NextInteger(LooksPerStep) == 0 ? _now += Framework.TimeProvider.System.TimestampFrequency : _now;
    }
}
