namespace ProducerConsumer.Benchmarks;

/// <summary>What a scenario has to show, and whether it did.</summary>
internal sealed record Verdict(string Goal, bool Passed, string Figure)
{
    public override string ToString() => $"{(Passed ? "PASS" : "FAIL")}  {Goal}: {Figure}";
}

/// <summary>The goals of the rows, each against the measurements of one run.</summary>
internal static class Goal
{
    /// <summary>How far a ratio against a peer may fall short and still pass: the machines are shared.</summary>
    private const double Slack = 0.85;

    /// <summary>The library's row is so many times the best peer, in items per second or in CPU time per item.</summary>
    public static Verdict TimesPeer(IReadOnlyList<Measured> rows, Role role, double times, bool slack = true)
    {
        (double speed, double cpu) = Ratios(rows, role);
        double needed = slack ? times * Slack : times;
        return new Verdict(
            $"{role} at least {times:0.00}x the best peer",
            Math.Max(speed, cpu) >= needed,
            $"{speed:0.00}x items/s, {cpu:0.00}x CPU");
    }

    public static Verdict CpuPerItem(IReadOnlyList<Measured> rows, Role role)
    {
        double cpu = Ratios(rows, role).Cpu;
        return new Verdict($"{role} at most 1/2.5 of the best peer's CPU", cpu >= 2.5 * Slack, $"1/{cpu:0.00}");
    }

    public static Verdict Bytes(IReadOnlyList<Measured> rows, Role role, double most)
    {
        double bytes = Row(rows, role).Bytes;
        return new Verdict($"{role} at most {most:0.0} B per item", bytes <= most, $"{bytes:0.00} B");
    }

    /// <summary>Added CPU over calling the handler directly: steadier than items per second on a shared machine.</summary>
    public static Verdict AddedCpu(IReadOnlyList<Measured> rows, Role role, double most)
    {
        double added = Row(rows, role).CpuNanoseconds - rows.First(row => row.Role == Role.Limit).CpuNanoseconds;
        return new Verdict($"{role} adds at most {most:0} ns CPU to the work", added <= most, $"{added:0.0} ns");
    }

    /// <summary>The geometric mean of the better ratio over several scenarios.</summary>
    public static Verdict Mean(string group, IReadOnlyCollection<double> ratios, double times)
    {
        double mean = Math.Exp(ratios.Average(Math.Log));
        return new Verdict($"{group}: geometric mean at least {times:0.0}x", mean >= times * Slack, $"{mean:0.00}x");
    }

    public static double BestRatio(IReadOnlyList<Measured> rows, Role role)
    {
        (double speed, double cpu) = Ratios(rows, role);
        return Math.Max(speed, cpu);
    }

    public static (double Speed, double Cpu) Ratios(IReadOnlyList<Measured> rows, Role role)
    {
        Measured row = Row(rows, role);
        Measured[] peers = [.. rows.Where(other => other.Role == Role.Peer)];
        return (row.ItemsPerSecond / peers.Max(peer => peer.ItemsPerSecond), peers.Min(peer => peer.CpuNanoseconds) / row.CpuNanoseconds);
    }

    private static Measured Row(IReadOnlyList<Measured> rows, Role role) => rows.First(row => row.Role == role);
}
