namespace ProducerConsumer;

/// <summary>A finished recipe. Immutable, and can be built many times; each pipeline built from it runs once.</summary>
/// <typeparam name="T">The items that the pipeline takes.</typeparam>
public sealed class PipelineRecipe<T>
{
    private readonly IReadOnlyCollection<SourceBlueprint<T>> _sources;
    private readonly Func<Construction, BufferedStage<T>> _build;

    internal PipelineRecipe(
        PipelineHead head,
        IReadOnlyCollection<SourceBlueprint<T>> sources,
        StageNames names,
        Func<Construction, BufferedStage<T>> build)
    {
        Head = head;
        Names = names;
        _sources = sources;
        _build = build;
    }

    /// <summary>The whole pipeline.</summary>
    internal PipelineHead Head { get; }

    /// <summary>The names of all stages.</summary>
    internal StageNames Names { get; }

    /// <summary>Builds a pipeline that has not started yet. No delegate runs; the logger factory is asked for a logger.</summary>
    /// <exception cref="InvalidOperationException">Options of the recipe contradict each other; the message names them and the remedy.</exception>
    public PooledPipeline<T> Build()
    {
        PipelineOptions options = Head.Options;
        FaultLog faults = new(options.MaxRecordedFailures);
        RunLog log = new(options.LoggerFactory.CreateLogger("ProducerConsumer"), Head.Name, faults);
        PipelineRun run = new(Head.Name, options.TimeProvider, options.AbortTimeout, faults, log);
        Construction construction = new(Head, run);
        BufferedStage<T> first = BuildStages(construction);
        construction.AddSources(_sources, first);
        construction.Complete();
        PushWriter<T>? writer = null;
        if (_sources.Count == 0)
        {
            writer = new PushWriter<T>(run, first.Buffer);
            first.ComesAfter(writer.Completion);
            run.AddInlet(writer);
        }

        return new PooledPipeline<T>(run, writer);
    }

    /// <summary>Builds the stages without the producers; returns the first of them.</summary>
    internal BufferedStage<T> BuildStages(Construction construction) => _build(construction);
}
