using Microsoft.Coyote.Random;

namespace ProducerConsumer;

/// <summary>
/// Stands in for the framework's type of this name: time passes as the explorer likes, so that a schedule can be replayed
/// and a worker can have kept its thread for too long at any moment.
/// </summary>
internal static class Environment
{
    /// <summary>One look in so many finds that time has passed.</summary>
    private const int LooksPerStep = 8;

    /// <summary>More than the library lets pass without noticing.</summary>
    private const long Step = 1_000;

    /// <summary>Only grows, also from one schedule to the next: nobody asks for more than a difference.</summary>
    private static long _now;

    public static long TickCount64 => Generator.Create().NextInteger(LooksPerStep) == 0 ? _now += Step : _now;
}
