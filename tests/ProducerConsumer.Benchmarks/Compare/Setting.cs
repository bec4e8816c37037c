namespace ProducerConsumer.Benchmarks;

/// <summary>What every contestant of a scenario is given.</summary>
internal sealed record Setting(int Producers, int Consumers, int Capacity, WorkKind Work = WorkKind.None)
{
    public override string ToString() => $"({Producers},{Consumers}) x {Capacity}";

    /// <summary>The numbers that a producer makes: its own share of all.</summary>
    public IEnumerable<T> Share<T>(int producer, long items)
        where T : IItem<T>
    {
        for (long number = producer; number < items; number += Producers)
        {
            yield return T.Create(number);
        }
    }
}
