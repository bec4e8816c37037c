namespace ProducerConsumer.StressTests;

/// <summary>How the code of a stage takes its time.</summary>
internal enum FlowPace
{
    Never,
    SometimesYields,
    AlwaysYields,
    SometimesSuspends,
    SometimesBlocks,
}

/// <summary>
/// One stage of a flow: what the model knows of its verb, and how the verb is put into a pipeline. A new kind of stage is a
/// new step; the audit asks it what it does not know itself.
/// </summary>
internal abstract record FlowStep
{
    public int Workers { get; init; } = 1;

    public int Capacity { get; init; } = 1;

    public int MaxBatch { get; init; } = 1;

    public FlowPace Pace { get; init; }

    /// <summary>Whether the application's code is called for each item. The items of a stage without it show in the next one.</summary>
    public virtual bool HasCalls => true;

    /// <summary>This step without what its verb does not allow.</summary>
    public virtual FlowStep Adjusted => this;

    /// <summary>The model: what becomes of an item, in order.</summary>
    public abstract IReadOnlyList<Parcel> ResultsOf(Parcel item);

    /// <summary>Adds the stage, and those that follow it.</summary>
    public abstract PipelineRecipe<int> Add<T>(PipelineBuilder<int, T> builder, FlowPlant plant, int position);

    public static string NameOf(int position) => $"step-{position}";

    protected Action<StageOptions<T>> Configure<T>(int position) => options =>
    {
        options.Name = NameOf(position);
        options.MaxWorkers = Workers;
        options.Capacity = Capacity;
        options.MaxBatch = MaxBatch;
    };

    /// <summary>Kinds of steps say what they add to this.</summary>
    protected string Describe(string verb) => $"{verb}({Workers} workers, capacity {Capacity}, at once {MaxBatch}, {Pace})";
}
