namespace ProducerConsumer.Benchmarks;

/// <summary>How long and how often is measured.</summary>
internal sealed record Pace(TimeSpan WarmUp, TimeSpan Slice, int Rounds)
{
    public static Pace Full { get; } = new(TimeSpan.FromSeconds(0.8), TimeSpan.FromMilliseconds(80), Rounds: 9);

    public static Pace Quick { get; } = new(TimeSpan.FromSeconds(0.25), TimeSpan.FromMilliseconds(40), Rounds: 5);
}
