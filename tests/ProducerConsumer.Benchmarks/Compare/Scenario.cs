namespace ProducerConsumer.Benchmarks;

/// <summary>One row of the goals: who competes in what, and what is asked of the library.</summary>
internal abstract record Scenario(string Name, string Group, IReadOnlyList<Ask> Asks)
{
    /// <summary>Whether the quick mode runs it.</summary>
    public bool Quick { get; init; }

    /// <summary>The setting in words.</summary>
    public abstract string Description { get; }

    public virtual Columns Columns => Columns.Throughput;

    /// <summary>The pace for this scenario.</summary>
    public virtual Pace Adapt(Pace pace) => pace;

    /// <summary>The rows, in the order of the table.</summary>
    public abstract IEnumerable<Sampler> Samplers(bool quick);
}

/// <summary>One thing asked of the measurements: a verdict for every row that it concerns.</summary>
internal delegate IEnumerable<Verdict> Ask(IReadOnlyList<Measured> rows);
