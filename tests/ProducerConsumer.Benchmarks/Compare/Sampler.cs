namespace ProducerConsumer.Benchmarks;

/// <summary>One row while it is measured.</summary>
internal abstract class Sampler(string name, Role role) : IAsyncDisposable
{
    public string Name => name;

    public Role Role => role;

    /// <summary>Repeated short runs, since one long loop stays where it was compiled first; finds the items of one slice.</summary>
    public abstract Task WarmUpAsync(Pace pace);

    /// <summary>Measures one slice and checks it.</summary>
    public abstract Task<Sample> TakeAsync();

    public virtual ValueTask DisposeAsync() => default;
}

/// <summary>What one slice took and cost, each divided by its items.</summary>
internal readonly record struct Sample(double Seconds, double CpuSeconds, double Bytes);
