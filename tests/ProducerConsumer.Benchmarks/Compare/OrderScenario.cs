namespace ProducerConsumer.Benchmarks;

/// <summary>What an order costs: this library with it against this library without, in one setting.</summary>
internal sealed record OrderScenario(string Name, string Order, IReadOnlyList<Contestant<ValueItem>> Contestants)
    : Scenario(Name, "order",
    [
        rows => Goal.TimesPeer(rows, Role.Push, 0.6, slack: false),
    ])
{
    private static readonly Setting Setting = new(Producers: 4, Consumers: 4, Capacity: 1024);

    public override string Description => $"{Order}; {Setting}, 16-byte structs";

    public override IEnumerable<Sampler> Samplers(bool quick) =>
        Contestants.Select(contestant => new ThroughputSampler<ValueItem>(Setting, contestant));
}
