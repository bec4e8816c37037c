namespace ProducerConsumer.Benchmarks;

/// <summary>One item to many idle consumers: neither its time nor its cost may grow with those that stay idle.</summary>
internal sealed record HandOffScenario(int Consumers) : Scenario($"idle-{Consumers}", "hand-off", AsksOf(Consumers))
{
    private const int FewConsumers = 4;

    public override string Description => $"p50 of handing one item to {Consumers} idle consumers";

    public override Columns Columns => Columns.HandOff;

    /// <summary>Rows that differ by a microsecond, while what else runs on the machine shifts them by more: shorter turns, and more of them.</summary>
    public override Pace Adapt(Pace pace) => pace with { Slice = pace.Slice / 4, Rounds = pace.Rounds * 6 };

    public override IEnumerable<Sampler> Samplers(bool quick)
    {
        List<HandOff> contestants = [.. ChannelHandOffs.All];
        if (!quick)
        {
            contestants.AddRange(PeerHandOffs.All(Consumers));
        }

        contestants.Add(LibraryHandOffs.WriteAsync);
        foreach (HandOff contestant in contestants)
        {
            yield return new HandOffSampler(contestant, Consumers);
        }

        if (Consumers > FewConsumers)
        {
            HandOff few = LibraryHandOffs.WriteAsync with { Name = $"this library, {FewConsumers} idle consumers", Role = Role.Shown };
            yield return new HandOffSampler(few, FewConsumers);
        }
    }

    private static List<Ask> AsksOf(int consumers)
    {
        List<Ask> asks = [rows => Goal.Latency(rows, Role.Push)];
        if (consumers > FewConsumers)
        {
            asks.Add(rows => Goal.Flat(rows, Role.Push));
        }

        return asks;
    }
}
