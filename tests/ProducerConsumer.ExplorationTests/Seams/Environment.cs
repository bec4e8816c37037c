namespace ProducerConsumer;

/// <summary>Stands in for the framework's type of this name: under the explorer no time passes, so that a schedule can be replayed.</summary>
internal static class Environment
{
    public static long TickCount64 => 0;
}
