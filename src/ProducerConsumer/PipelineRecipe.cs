using System.Collections.Immutable;

namespace ProducerConsumer;

/// <summary>A finished recipe. Immutable, and can be built many times; each pipeline built from it runs once.</summary>
/// <typeparam name="T">The items.</typeparam>
public sealed class PipelineRecipe<T>
{
    private readonly PipelineHead _head;
    private readonly ImmutableArray<SourceBlueprint<T>> _sources;
    private readonly ConsumerBlueprint<T> _consumer;

    internal PipelineRecipe(PipelineHead head, ImmutableArray<SourceBlueprint<T>> sources, ConsumerBlueprint<T> consumer)
    {
        _head = head;
        _sources = sources;
        _consumer = consumer;
    }

    /// <summary>Builds a pipeline that has not started yet. No delegate runs; the logger factory is asked for a logger.</summary>
    public PooledPipeline<T> Build()
    {
        PipelineOptions options = _head.Options;
        FaultLog faults = new(options.MaxRecordedFailures);
        RunLog log = new(options.LoggerFactory.CreateLogger("ProducerConsumer"), _head.Name, faults);
        PipelineRun run = new(_head.Name, options.TimeProvider, options.AbortTimeout, faults, log);
        BoundedBuffer<T> buffer = BuildBuffer(run);
        foreach (SourceBlueprint<T> source in _sources)
        {
            run.Add(new SourceStage(
                run, source.Name, source.Turns, source.MaxWorkers, stage => source.CreateWorker(stage, buffer)));
        }

        PushWriter<T>? writer = null;
        if (_sources.IsEmpty)
        {
            writer = new PushWriter<T>(run, buffer);
            run.AddInlet(writer);
        }

        run.Add(new BufferedStage<T>(
            run, _consumer.Options.Name, _consumer.Options.MaxWorkers, buffer, _consumer.CreateWorker));
        return new PooledPipeline<T>(run, writer);
    }

    private BoundedBuffer<T> BuildBuffer(PipelineRun run)
    {
        StageOptions<T> options = _consumer.Options;
        return new BoundedBuffer<T>(
            options.Capacity ?? _head.Capacity,
            options.FullMode,
            options.OnDropped is { } onDropped ? TellDropped : null,
            error => run.RecordCallbackFailure(new ItemFailure(options.Name, error)))
        {
            MaxBatch = options.MaxBatch,
        };

        void TellDropped(T item)
        {
            try
            {
                onDropped(item);
            }
            catch (Exception error)
            {
                run.RecordCallbackFailure(ItemFailure.OfItem(options.Name, item, attempt: 0, error));
            }
        }
    }
}
