namespace ProducerConsumer.Benchmarks;

/// <summary>How many times better a row is than others, each figure against the best of them.</summary>
internal readonly record struct Ratios(double Speed, double Cpu)
{
    /// <summary>Both move together, and on a shared machine either may be disturbed.</summary>
    public double Better => Math.Max(Speed, Cpu);

    public double Worse => Math.Min(Speed, Cpu);

    public static Ratios ToBestPeer(Measured row, IReadOnlyList<Measured> rows)
    {
        Measured[] peers = [.. rows.Where(other => other.Role == Role.Peer)];
        return Between(row, peers.Min(peer => peer.Seconds), peers.Min(peer => peer.CpuSeconds));
    }

    public static Ratios Between(Measured row, double seconds, double cpuSeconds) =>
        new(seconds / row.Seconds, cpuSeconds / row.CpuSeconds);
}
