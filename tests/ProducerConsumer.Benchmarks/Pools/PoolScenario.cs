namespace ProducerConsumer.Benchmarks;

/// <summary>A great many consumers that nobody needs yet: what they hold, and how long they take to start and stop.</summary>
internal sealed record PoolScenario(int Consumers) : Scenario($"pool-{Consumers}", "pool",
[
    rows => Goal.Bytes(rows, Role.Push, 260),
    rows => Goal.Milliseconds(rows, Role.Push, 35),
])
{
    public override string Description => $"start and stop of {Consumers} idle consumers, and the memory that each holds";

    public override Columns Columns => Columns.Pool;

    public override IEnumerable<Sampler> Samplers(bool quick)
    {
        foreach (HandOff channel in ChannelHandOffs.All)
        {
            yield return new PoolSampler(channel, Consumers);
        }

        HandOff library = LibraryHandOffs.WriteAsync;
        yield return new PoolSampler(library with { Name = "this library: on demand, none needed", OnDemand = false }, Consumers);
        yield return new PoolSampler(library with { Name = "this library: all have worked and wait", Role = Role.Shown }, Consumers);
    }
}
