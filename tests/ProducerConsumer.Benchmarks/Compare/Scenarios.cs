namespace ProducerConsumer.Benchmarks;

/// <summary>Every scenario, in the order of the table.</summary>
internal static class Scenarios
{
    private static readonly (int Producers, int Consumers)[] Shapes = [(1, 1), (2, 2), (4, 4), (20, 5), (64, 64)];

    public static IReadOnlyList<Scenario> All { get; } =
    [
        .. Shapes.Select(shape => Plain(shape.Producers, shape.Consumers, 1024, push: 3, pull: 6, bytes: 0.1)),
        .. Shapes.Select(shape => Plain(
            shape.Producers, shape.Consumers, 64, push: 2.8, pull: 3.3, bytes: shape.Producers == 64 ? 0.5 : 0.1)),
        .. Shapes.Select(shape => Objects(shape.Producers, shape.Consumers)),
        new ThroughputScenario<ValueItem>("capacity-1", "small", new Setting(1, 1, 1),
        [
            rows => Goal.TimesPeer(rows, Role.Push, 0.95, slack: false),
            rows => Goal.Bytes(rows, Role.Push, 0.5),
        ])
        { Quick = true },
        Small(1, 1, 16, 1.5),
        Small(4, 4, 16, 2.2),
        Working("work-200ns", WorkKind.Short, addedNanoseconds: 20) with { Quick = true },
        Working("work-2us", WorkKind.Long, addedNanoseconds: 60),
        Even("yield", WorkKind.Yield, 0.95, slack: false) with { Quick = true },
        Even("sometimes-awaits", WorkKind.SometimesAwaits, 0.97, slack: true),
        Even("sometimes-blocks", WorkKind.SometimesBlocks, 0.97, slack: true),
        new HandOffScenario(1),
        new HandOffScenario(4),
        new HandOffScenario(1_000) { Quick = true },
        new PoolScenario(10_000),
        new StagesScenario(),
        new OrderScenario("keyed", "consumers that handle the items of each of 100,000 keys one after the other", LibraryOrder<ValueItem>.Keyed),
        new OrderScenario("ordered", "transforms whose results go on in the order of the items", LibraryOrder<ValueItem>.Ordered),
    ];

    private static ThroughputScenario<ValueItem> Plain(
        int producers, int consumers, int capacity, double push, double pull, double bytes) =>
        new($"{capacity}-{producers}-{consumers}", $"{capacity}", new Setting(producers, consumers, capacity),
        [
            rows => Goal.TimesPeer(rows, Role.Push, push),
            rows => Goal.TimesPeer(rows, Role.Pull, pull),
            rows => Goal.TimesPeer(rows, Role.AsyncPull, 3),
            rows => Goal.CpuPerItem(rows, Role.Push),
            rows => Goal.CpuPerItem(rows, Role.Pull),
            rows => Goal.Bytes(rows, Role.Push, bytes),
            rows => Goal.Bytes(rows, Role.Pull, bytes),
        ])
        {
            Quick = (producers, consumers) is (1, 1) or (4, 4) or (20, 5),
            AsyncSources = capacity == 1024 && (producers, consumers) is (1, 1) or (4, 4),
            Classic = (producers, consumers, capacity) is (20, 5, 64) or (4, 4, 1024),
        };

    private static ThroughputScenario<ObjectItem> Objects(int producers, int consumers) =>
        new($"objects-{producers}-{consumers}", "objects", new Setting(producers, consumers, 1024),
        [
            rows => Goal.TimesPeer(rows, Role.Push, 3.2),
            rows => Goal.TimesPeer(rows, Role.Pull, 6),
        ]);

    private static ThroughputScenario<ValueItem> Small(int producers, int consumers, int capacity, double times) =>
        new($"capacity-{capacity}-{producers}-{consumers}", "small", new Setting(producers, consumers, capacity),
            [rows => Goal.TimesPeer(rows, Role.Push, times)]);

    private static ThroughputScenario<ValueItem> Working(string name, WorkKind work, double addedNanoseconds) =>
        new(name, "work", new Setting(1, 2, 1024, work), [rows => Goal.AddedCpu(rows, Role.Pull, addedNanoseconds)]);

    private static ThroughputScenario<ValueItem> Even(string name, WorkKind work, double times, bool slack) =>
        new(name, "suspending", new Setting(4, 4, 1024, work), [rows => Goal.TimesPeer(rows, Role.Push, times, slack)]);
}
