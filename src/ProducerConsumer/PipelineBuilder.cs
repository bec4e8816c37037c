using System.Collections.Immutable;

namespace ProducerConsumer;

/// <summary>
/// The recipe of a pipeline, up to its consumers. Immutable: every verb returns a new recipe, and one recipe can be
/// continued and built many times.
/// </summary>
/// <typeparam name="T">The items.</typeparam>
/// <remarks>The verbs stand in the folders of their stages.</remarks>
public sealed partial class PipelineBuilder<T>
{
    private readonly PipelineHead _head;
    private readonly ImmutableArray<SourceBlueprint<T>> _sources;

    internal PipelineBuilder(PipelineHead head, ImmutableArray<SourceBlueprint<T>> sources)
    {
        _head = head;
        _sources = sources;
    }

    /// <summary>Adds one producer stage. Several add up: the channel completes after the last of all their producers.</summary>
    private PipelineBuilder<T> AddSource(
        string? name, int turns, int maxWorkers, Func<SourceStage, BoundedBuffer<T>, Worker> createWorker)
    {
        name = name is null ? FreeName("producers") : CheckName(name);
        return new PipelineBuilder<T>(_head, _sources.Add(new SourceBlueprint<T>(name, turns, maxWorkers, createWorker)));
    }

    /// <summary>Adds the last stage.</summary>
    private PipelineRecipe<T> AddConsumer(StageOptions<T> options, Func<BufferedStage<T>, Worker> createWorker)
    {
        CheckName(options.Name);
        return new PipelineRecipe<T>(_head, _sources, new ConsumerBlueprint<T>(options, createWorker));
    }

    private string CheckName(string name)
    {
        Require.Name(name, nameof(name));
        return IsTaken(name)
            ? throw new ArgumentException($"There is a stage '{name}' already. Give each stage a name of its own.", nameof(name))
            : name;
    }

    /// <summary>The name itself, then with a number behind it, beginning where numbers are likely to be free.</summary>
    private string FreeName(string name)
    {
        int number = 1 + _sources.Count(source => source.Name.StartsWith(name, StringComparison.Ordinal));
        string free = number == 1 ? name : $"{name}-{number}";
        while (IsTaken(free))
        {
            free = $"{name}-{++number}";
        }

        return free;
    }

    private bool IsTaken(string name) => _sources.Any(source => source.Name == name);
}
