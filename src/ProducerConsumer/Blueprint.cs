using System.Collections.Immutable;

namespace ProducerConsumer;

/// <summary>What a recipe says of the whole pipeline.</summary>
internal sealed record PipelineHead(string Name, int Capacity, PipelineOptions Options);

/// <summary>What a recipe says of one producer stage.</summary>
internal sealed record SourceBlueprint<T>(
    string Name, int Turns, int MaxWorkers, Func<SourceStage, BoundedBuffer<T>, Worker> CreateWorker);

/// <summary>A recipe up to a point: what has to be built before the stage that comes there.</summary>
/// <param name="Head">The whole pipeline.</param>
/// <param name="Sources">The producers, which write what the pipeline takes.</param>
/// <param name="Names">The names of all stages so far.</param>
/// <param name="Attach">Builds the stages between the sources and the given one; returns the first of them, or the given one if there are none.</param>
/// <typeparam name="TIn">What the pipeline takes.</typeparam>
/// <typeparam name="T">What it holds at this point.</typeparam>
internal sealed record Flow<TIn, T>(
    PipelineHead Head,
    ImmutableArray<SourceBlueprint<TIn>> Sources,
    ImmutableArray<string> Names,
    Func<Construction, BufferedStage<T>, BufferedStage<TIn>> Attach)
{
    /// <summary>Refuses a name that another stage has.</summary>
    public string CheckName(string name)
    {
        Require.Name(name, nameof(name));
        return Names.Contains(name)
            ? throw new ArgumentException($"There is a stage '{name}' already. Give each stage a name of its own.", nameof(name))
            : name;
    }

    /// <summary>The name itself, then with a number behind it, beginning where numbers are likely to be free.</summary>
    public string FreeName(string name)
    {
        int number = 1 + Names.Count(taken => taken.StartsWith(name, StringComparison.Ordinal));
        string free = number == 1 ? name : $"{name}-{number}";
        while (Names.Contains(free))
        {
            free = $"{name}-{++number}";
        }

        return free;
    }
}
