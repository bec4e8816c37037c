namespace ProducerConsumer.Benchmarks;

/// <summary>How long and how often is measured.</summary>
/// <param name="WarmUp">How long each row warms up at least.</param>
/// <param name="MaxWarmUp">How long at most, when something is still being compiled.</param>
/// <param name="Slice">How long one run takes.</param>
/// <param name="Rounds">How many runs of each row are measured.</param>
internal sealed record Pace(TimeSpan WarmUp, TimeSpan MaxWarmUp, TimeSpan Slice, int Rounds)
{
    public static Pace Full { get; } =
        new(TimeSpan.FromSeconds(0.8), TimeSpan.FromSeconds(4), TimeSpan.FromMilliseconds(80), Rounds: 9);

    public static Pace Quick { get; } =
        new(TimeSpan.FromSeconds(0.25), TimeSpan.FromSeconds(0.5), TimeSpan.FromMilliseconds(40), Rounds: 5);
}
