namespace ProducerConsumer.Benchmarks;

/// <summary>Collects the ratios of the library's rows over the scenarios of a group, for the goals of whole groups.</summary>
internal sealed class Means
{
    private static readonly (string Group, Role Role, double Times)[] Goals =
    [
        ("1024", Role.Push, 4),
        ("64", Role.Push, 3.8),
        ("64", Role.Pull, 4.5),
    ];

    private readonly List<(string Group, Role Role, string Row, double Ratio)> _ratios = [];

    public void Add(string group, IReadOnlyList<Measured> rows) => _ratios.AddRange(rows
        .Where(row => row.Role is Role.Push or Role.Pull)
        .Select(row => (group, row.Role, row.Name, Ratios.ToBestPeer(row, rows).Better)));

    /// <summary>The goals of the groups of which every scenario was run.</summary>
    public IEnumerable<Verdict> Judge(IReadOnlyList<Scenario> all) =>
        from goal in Goals
        from row in _ratios.Where(ratio => ratio.Group == goal.Group && ratio.Role == goal.Role).GroupBy(ratio => ratio.Row)
        where row.Count() == all.Count(scenario => scenario.Group == goal.Group)
        select Goal.Mean($"{row.Key}, capacity {goal.Group}", row.Select(ratio => ratio.Ratio), goal.Times);
}
