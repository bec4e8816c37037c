namespace ProducerConsumer.Benchmarks;

/// <summary>What a row has to show, and whether it did.</summary>
internal sealed record Verdict(string Goal, bool Passed, string Figure)
{
    public override string ToString() => $"{(Passed ? "PASS" : "FAIL")}  {Goal}: {Figure}";
}

/// <summary>The goals, each against the measurements of one run; each concerns every row of its role.</summary>
internal static class Goal
{
    /// <summary>How far a ratio against a peer may fall short and still pass: the machines are shared.</summary>
    private const double Slack = 0.85;

    /// <summary>So many times the best peer, in items per second or in CPU time per item.</summary>
    public static IEnumerable<Verdict> TimesPeer(IReadOnlyList<Measured> rows, Role role, double times, bool slack = true) =>
        Each(rows, role, row =>
        {
            Ratios ratios = Ratios.ToBestPeer(row, rows);
            return new Verdict(
                $"{row.Name} at least {times:0.00}x the best peer",
                ratios.Better >= (slack ? times * Slack : times),
                $"{ratios.Speed:0.00}x speed, {ratios.Cpu:0.00}x CPU");
        });

    public static IEnumerable<Verdict> CpuPerItem(IReadOnlyList<Measured> rows, Role role) => Each(rows, role, row =>
    {
        double cpu = Ratios.ToBestPeer(row, rows).Cpu;
        return new Verdict($"{row.Name} at most 1/2.5 of the best peer's CPU", cpu >= 2.5 * Slack, $"1/{cpu:0.00}");
    });

    public static IEnumerable<Verdict> Bytes(IReadOnlyList<Measured> rows, Role role, double most) => Each(rows, role, row =>
        new Verdict($"{row.Name} at most {most:0.0} B each", row.Bytes <= most, $"{row.Bytes:0.00} B"));

    public static IEnumerable<Verdict> Milliseconds(IReadOnlyList<Measured> rows, Role role, double most) => Each(rows, role, row =>
        new Verdict($"{row.Name} at most {most:0} ms", row.Seconds * 1e3 <= most, $"{row.Seconds * 1e3:0.00} ms"));

    /// <summary>Added CPU over calling the handler directly: steadier than items per second on a shared machine.</summary>
    public static IEnumerable<Verdict> AddedCpu(IReadOnlyList<Measured> rows, Role role, double most) => Each(rows, role, row =>
    {
        double added = (row.CpuSeconds - rows.First(other => other.Role == Role.Limit).CpuSeconds) * 1e9;
        return new Verdict($"{row.Name} adds at most {most:0} ns CPU to the work", added <= most, $"{added:0.0} ns");
    });

    /// <summary>Not later than the best peer. CPU does not count: most of it is the sleep and the waking of threads.</summary>
    public static IEnumerable<Verdict> Latency(IReadOnlyList<Measured> rows, Role role) => Each(rows, role, row =>
    {
        double speed = Ratios.ToBestPeer(row, rows).Speed;
        return new Verdict($"{row.Name} not later than the best peer", speed >= Slack, $"{speed:0.00}x speed");
    });

    /// <summary>As good as the same library in the smaller setting that is shown beside it.</summary>
    public static IEnumerable<Verdict> Flat(IReadOnlyList<Measured> rows, Role role) => Each(rows, role, row =>
    {
        Measured small = rows.First(other => other.Role == Role.Shown);
        Ratios ratios = Ratios.Between(row, small.Seconds, small.CpuSeconds);
        return new Verdict(
            $"{row.Name} not later and not dearer than {small.Name}",
            ratios.Worse >= Slack,
            $"{ratios.Speed:0.00}x speed, {ratios.Cpu:0.00}x CPU");
    });

    /// <summary>The geometric mean of the better ratio over several scenarios.</summary>
    public static Verdict Mean(string rows, IEnumerable<double> ratios, double times)
    {
        double mean = Math.Exp(ratios.Average(Math.Log));
        return new Verdict($"{rows}: geometric mean at least {times:0.0}x", mean >= times * Slack, $"{mean:0.00}x");
    }

    /// <summary>The asynchronous sources are not in every scenario; any other goal without a row is missed.</summary>
    private static Verdict[] Each(IReadOnlyList<Measured> rows, Role role, Func<Measured, Verdict> judge)
    {
        Verdict[] verdicts = [.. rows.Where(row => row.Role == role).Select(judge)];
        return verdicts.Length > 0 || role == Role.AsyncPull ? verdicts : [new Verdict($"this library has a {role} row", false, "none yet")];
    }
}
