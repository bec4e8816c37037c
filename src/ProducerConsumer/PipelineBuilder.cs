using System.Collections.Immutable;

namespace ProducerConsumer;

/// <summary>
/// The recipe of a pipeline at its head, where producers come in. Immutable: every verb returns a new recipe, and one
/// recipe can be continued and built many times.
/// </summary>
/// <typeparam name="T">The items that the pipeline takes.</typeparam>
/// <remarks>The verbs stand in the folders of their stages.</remarks>
public sealed partial class PipelineBuilder<T> : PipelineBuilder<T, T>
{
    internal PipelineBuilder(Flow<T, T> flow)
        : base(flow)
    {
    }

    /// <summary>Adds one producer stage. Several add up: the channel completes after the last of all their producers.</summary>
    private PipelineBuilder<T> AddSource(
        string? name,
        int turns,
        int maxWorkers,
        Func<SourceStage, BoundedBuffer<T>, Worker> createWorker,
        bool dedicatedThreads = false)
    {
        string? kind = name is null ? "producers" : null;
        name = name is null ? Flow.Names.Free("producers") : Flow.Names.Check(name);
        ImmutableArray<SourceBlueprint<T>> sources = Flow.Sources.Add(
            new SourceBlueprint<T>(name, turns, maxWorkers, dedicatedThreads, createWorker));
        return new PipelineBuilder<T>(Flow with { Sources = sources, Names = Flow.Names.Add(name, kind) });
    }
}
