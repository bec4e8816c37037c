namespace ProducerConsumer;

/// <summary>The building of one pipeline: from the end of the flow to its beginning, because a stage has to know where its results go.</summary>
internal sealed class Construction(PipelineHead head, PipelineRun run)
{
    /// <summary>The stages that were built, the first of the flow on top.</summary>
    private readonly Stack<Stage> _stages = new();

    /// <summary>Builds a stage with the buffer in front of it.</summary>
    /// <param name="options">The options, which are validated.</param>
    /// <param name="createWorker">Makes a worker of the stage, which settles its items by these rules.</param>
    public BufferedStage<T> AddStage<T>(
        StageOptions<T> options, Func<BufferedStage<T>, FailureRules<T>, Worker> createWorker)
    {
        options.Validate();
        FailureRules<T> rules = options.OnFailure.Build();
        BufferedStage<T> stage = new(
            run, options.Name, options.MaxWorkers, CreateBuffer(options), stage => createWorker(stage, rules))
        {
            HasDedicatedThreads = options.DedicatedThreads,
        };
        if (options.CreateLanes is { } createLanes)
        {
            stage.Buffer.Partition(createLanes(stage.Name));
        }

        _stages.Push(stage);
        return stage;
    }

    /// <summary>Builds the producer stages in front of a stage.</summary>
    public void AddSources<T>(IEnumerable<SourceBlueprint<T>> sources, BufferedStage<T> next)
    {
        foreach (SourceBlueprint<T> source in sources.Reverse())
        {
            SourceStage stage = new(run, source.Name, source.Turns, source.MaxWorkers, stage => source.CreateWorker(stage, next.Buffer));
            next.ComesAfter(stage.Completion);
            _stages.Push(stage);
        }
    }

    /// <summary>Gives the run its stages, in the order of the flow.</summary>
    public void Complete()
    {
        foreach (Stage stage in _stages)
        {
            run.Add(stage);
        }
    }

    private BoundedBuffer<T> CreateBuffer<T>(StageOptions<T> options)
    {
        return new BoundedBuffer<T>(
            options.Capacity ?? head.Capacity,
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
