namespace ProducerConsumer.Benchmarks;

/// <summary>Items per second in one setting, with items of one type.</summary>
internal sealed record ThroughputScenario<T>(string Name, string Group, Setting Setting, IReadOnlyList<Ask> Asks)
    : Scenario(Name, Group, Asks)
    where T : IItem<T>
{
    /// <summary>Whether the asynchronous sources have rows of their own.</summary>
    public bool AsyncSources { get; init; }

    /// <summary>Whether the classic program has a row.</summary>
    public bool Classic { get; init; }

    public override string Description =>
        $"{Setting}, work {Setting.Work}, {(typeof(T).IsValueType ? "16-byte structs" : "objects")}";

    public override IEnumerable<Sampler> Samplers(bool quick)
    {
        foreach (Contestant<T> contestant in Contestants(quick))
        {
            yield return new ThroughputSampler<T>(Setting, contestant);
        }

        if (Classic && !quick && ClassicProgramSampler.Exists())
        {
            yield return new ClassicProgramSampler(Setting);
        }
    }

    private List<Contestant<T>> Contestants(bool quick)
    {
        List<Contestant<T>> contestants = [Limits<T>.NoQueue, .. RawChannel<T>.All];
        if (!quick)
        {
            contestants.AddRange(Peers<T>.All);

            // Threads that spin are a limit only while they seldom wait; in a small buffer on few cores they take turns.
            if (Setting is { Producers: 1, Consumers: 1, Capacity: >= 1024, Work: WorkKind.None })
            {
                contestants.Add(Limits<T>.Ring);
            }
        }

        contestants.AddRange(Library<T>.All);
        if (AsyncSources && !quick)
        {
            contestants.AddRange(Library<T>.AsyncSources);
        }

        return contestants;
    }
}
