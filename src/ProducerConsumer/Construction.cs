namespace ProducerConsumer;

/// <summary>The building of one pipeline: from the end of the flow to its beginning, because a stage has to know where its results go.</summary>
internal sealed class Construction
{
    private readonly PipelineHead _head;
    private readonly PipelineRun _run;

    /// <summary>The stages that were built, the first of the flow on top.</summary>
    private readonly Stack<Stage> _stages;

    /// <summary>Turns the name that a stage has in its recipe into the one that it has in the pipeline.</summary>
    private readonly Func<string, string> _nameOf;

    public Construction(PipelineHead head, PipelineRun run)
        : this(head, run, [], static name => name)
    {
    }

    private Construction(PipelineHead head, PipelineRun run, Stack<Stage> stages, Func<string, string> nameOf)
    {
        _head = head;
        _run = run;
        _stages = stages;
        _nameOf = nameOf;
    }

    /// <summary>The building of a recipe that is a part of this pipeline.</summary>
    /// <param name="head">What the recipe says of its stages.</param>
    /// <param name="renamed">The names that are others in this pipeline.</param>
    public Construction ForMerged(PipelineHead head, IReadOnlyDictionary<string, string> renamed) =>
        new(head, _run, _stages, name => _nameOf(renamed.GetValueOrDefault(name, name)));

    /// <summary>Builds a stage with the buffer in front of it.</summary>
    /// <param name="options">The options, which are validated.</param>
    /// <param name="createWorker">Makes a worker of the stage, which settles its items by these rules.</param>
    public BufferedStage<T> AddStage<T>(
        StageOptions<T> options, Func<BufferedStage<T>, FailureRules<T>, Worker> createWorker)
    {
        options.Validate();
        FailureRules<T> rules = options.OnFailure.Build();
        string name = _nameOf(options.Name);
        BufferedStage<T> stage = new(
            _run, name, options.MaxWorkers, CreateBuffer(options, name), stage => createWorker(stage, rules))
        {
            HasDedicatedThreads = options.DedicatedThreads,
        };
        if (options.CreateLanes is { } createLanes)
        {
            stage.Buffer.Partition(createLanes(stage.Name), options.OnFailure.Redelivers ? 0 : options.QuickCall);
        }

        _stages.Push(stage);
        return stage;
    }

    /// <summary>Builds the last stage of a flow whose results are read.</summary>
    /// <param name="options">The options.</param>
    public ResultStage<T> AddResults<T>(StageOptions<T> options)
    {
        string name = _nameOf(options.Name);
        ResultStage<T> stage = new(_run, name, CreateBuffer(options, name));
        _stages.Push(stage);
        return stage;
    }

    /// <summary>Builds the producer stages in front of a stage.</summary>
    public void AddSources<T>(IEnumerable<SourceBlueprint<T>> sources, BufferedStage<T> next)
    {
        foreach (SourceBlueprint<T> source in sources.Reverse())
        {
            SourceStage stage = new(
                _run, _nameOf(source.Name), source.Turns, source.MaxWorkers, stage => source.CreateWorker(stage, next.Buffer))
            {
                HasDedicatedThreads = source.DedicatedThreads,
            };
            next.ComesAfter(stage.Completion);
            _stages.Push(stage);
        }
    }

    /// <summary>Gives the run its stages, in the order of the flow.</summary>
    public void Complete()
    {
        foreach (Stage stage in _stages)
        {
            _run.Add(stage);
        }
    }

    private BoundedBuffer<T> CreateBuffer<T>(StageOptions<T> options, string name)
    {
        return new BoundedBuffer<T>(
            options.Capacity ?? _head.Capacity,
            options.FullMode,
            options.OnDropped is { } onDropped ? TellDropped : null,
            error => _run.RecordCallbackFailure(new ItemFailure(name, error)))
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
                _run.RecordCallbackFailure(ItemFailure.OfItem(name, item, attempt: 0, error));
            }
        }
    }
}
