namespace ProducerConsumer.Benchmarks;

/// <summary>
/// How many times better a row is than others, each figure against the best of them. The median over the rounds of what it
/// is in each: a shared machine changes its speed between rounds, and then the medians of two rows may come from different
/// machines, so to speak.
/// </summary>
internal readonly record struct Ratios(double Speed, double Cpu)
{
    /// <summary>Both move together, and on a shared machine either may be disturbed.</summary>
    public double Better => Math.Max(Speed, Cpu);

    public double Worse => Math.Min(Speed, Cpu);

    public static Ratios ToBestPeer(Measured row, IReadOnlyList<Measured> rows)
    {
        Ratios[] peers = [.. rows.Where(other => other.Role == Role.Peer).Select(peer => Between(row, peer))];
        return new Ratios(peers.Min(peer => peer.Speed), peers.Min(peer => peer.Cpu));
    }

    public static Ratios Between(Measured row, Measured other) => new(
        Median(row, other, static sample => sample.Seconds), Median(row, other, static sample => sample.CpuSeconds));

    private static double Median(Measured row, Measured other, Func<Sample, double> figure) =>
        Measurement.Median(row.Rounds.Zip(other.Rounds, (own, peer) => figure(peer) / figure(own)));
}
