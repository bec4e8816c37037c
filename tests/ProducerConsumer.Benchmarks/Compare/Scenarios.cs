namespace ProducerConsumer.Benchmarks;

/// <summary>One row of the goals: a setting, who competes in it, and what is asked of the library.</summary>
internal sealed record Scenario(string Name, string Group, Setting Setting, bool Objects, IReadOnlyList<Ask> Asks)
{
    /// <summary>Whether the quick mode runs it.</summary>
    public bool Quick { get; init; }
}

/// <summary>One thing asked of the measurements.</summary>
internal delegate Verdict Ask(IReadOnlyList<Measured> rows);

/// <summary>Every scenario, in the order of the table.</summary>
internal static class Scenarios
{
    private static readonly (int Producers, int Consumers)[] Shapes = [(1, 1), (2, 2), (4, 4), (20, 5), (64, 64)];

    /// <summary>The geometric means that are asked of whole groups.</summary>
    public static IReadOnlyList<(string Group, Role Role, double Times)> Means =>
    [
        ("1024", Role.Push, 4),
        ("64", Role.Push, 3.8),
        ("64", Role.Pull, 4.5),
    ];

    public static IEnumerable<Scenario> All()
    {
        foreach ((int producers, int consumers) in Shapes)
        {
            yield return Plain(producers, consumers, 1024, push: 3, pull: 6, bytes: 0.1);
        }

        foreach ((int producers, int consumers) in Shapes)
        {
            yield return Plain(producers, consumers, 64, push: 2.8, pull: 3.3, bytes: producers == 64 ? 0.5 : 0.1);
        }

        foreach ((int producers, int consumers) in Shapes)
        {
            yield return new Scenario($"objects-{producers}-{consumers}", "objects", new Setting(producers, consumers, 1024), Objects: true,
            [
                rows => Goal.TimesPeer(rows, Role.Push, 3.2),
                rows => Goal.TimesPeer(rows, Role.Pull, 6),
            ]);
        }

        yield return new Scenario("capacity-1", "small", new Setting(1, 1, 1), Objects: false,
        [
            rows => Goal.TimesPeer(rows, Role.Push, 0.95, slack: false),
            rows => Goal.Bytes(rows, Role.Push, 0.5),
        ])
        { Quick = true };
        yield return Small(1, 1, 16, 1.5);
        yield return Small(4, 4, 16, 2.2);
        yield return new Scenario("work-200ns", "work", new Setting(1, 2, 1024, WorkKind.Short), Objects: false,
            [rows => Goal.AddedCpu(rows, Role.Pull, 20)])
        { Quick = true };
        yield return new Scenario("work-2us", "work", new Setting(1, 2, 1024, WorkKind.Long), Objects: false,
            [rows => Goal.AddedCpu(rows, Role.Pull, 60)]);
        yield return Even("yield", new Setting(4, 4, 1024, WorkKind.Yield), 0.95) with { Quick = true };
        yield return Even("sometimes-awaits", new Setting(4, 4, 1024, WorkKind.SometimesAwaits), 0.97);
        yield return Even("sometimes-blocks", new Setting(4, 4, 1024, WorkKind.SometimesBlocks), 0.97);
    }

    private static Scenario Plain(int producers, int consumers, int capacity, double push, double pull, double bytes) =>
        new($"{capacity}-{producers}-{consumers}", $"{capacity}", new Setting(producers, consumers, capacity), Objects: false,
        [
            rows => Goal.TimesPeer(rows, Role.Push, push),
            rows => Goal.TimesPeer(rows, Role.Pull, pull),
            rows => Goal.CpuPerItem(rows, Role.Push),
            rows => Goal.CpuPerItem(rows, Role.Pull),
            rows => Goal.Bytes(rows, Role.Push, bytes),
            rows => Goal.Bytes(rows, Role.Pull, bytes),
        ])
        { Quick = (producers, consumers) is (1, 1) or (4, 4) or (20, 5) };

    private static Scenario Small(int producers, int consumers, int capacity, double times) =>
        new($"capacity-{capacity}-{producers}-{consumers}", "small", new Setting(producers, consumers, capacity), Objects: false,
            [rows => Goal.TimesPeer(rows, Role.Push, times)]);

    private static Scenario Even(string name, Setting setting, double times) =>
        new(name, "suspending", setting, Objects: false, [rows => Goal.TimesPeer(rows, Role.Push, times, slack: false)]);
}
