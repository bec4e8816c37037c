namespace ProducerConsumer.Benchmarks;

/// <summary>Items per second through stages: two that change each item, and one that is handed 100 at once.</summary>
internal sealed record StagesScenario() : Scenario("three-stages", "stages",
[
    rows => Goal.TimesPeer(rows, Role.Push, 4),
    rows => Goal.TimesPeer(rows, Role.Pull, 4),
    rows => Goal.Bytes(rows, Role.Push, 8.5),
    rows => Goal.Bytes(rows, Role.Pull, 8.5),
])
{
    private static readonly Setting Setting = new(Producers: 1, Consumers: 1, Capacity: 1024);

    public override string Description => $"transform, transform, consume in batches of {Stages.BatchSize}; {Setting}, 8-byte structs";

    public override IEnumerable<Sampler> Samplers(bool quick) => new[] { Limits<NumberItem>.NoQueue }
        .Concat(StagePeers<NumberItem>.All)
        .Concat(LibraryStages<NumberItem>.All)
        .Select(contestant => new ThroughputSampler<NumberItem>(Setting, contestant));
}
