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

/// <summary>What a stage is told of the order of its items.</summary>
internal enum FlowOrdering
{
    None,
    Preserved,
    ByKey,
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

    public FlowOrdering Ordering { get; init; }

    /// <summary>The window of the order; null for the capacity.</summary>
    public int? Window { get; init; }

    /// <summary>How many different keys the items have.</summary>
    public int Keys { get; init; } = 1;

    /// <summary>Whether the calls count as quick, so that one worker makes them alone as long as none suspends or blocks, if there are keys.</summary>
    public bool IsQuick { get; init; }

    /// <summary>Null if no item fails, but for a fault that happens to the flow.</summary>
    public FlowFailing? Failing { get; init; }

    /// <summary>Whether the application's code is called for each item. The items of a stage without it show in the next one.</summary>
    public virtual bool HasCalls => true;

    /// <summary>Whether the stage can be told to preserve the order.</summary>
    public virtual bool CanPreserve => true;

    /// <summary>Whether a call that fails has emitted nothing.</summary>
    public virtual bool CanFail => true;

    /// <summary>This step without what its verb does not allow.</summary>
    public virtual FlowStep Adjusted => this with
    {
        Ordering = Ordering == FlowOrdering.Preserved && !CanPreserve ? FlowOrdering.None : Ordering,
        Failing = CanFail ? Failing : null,
    };

    /// <summary>Whether results come in the order of the items that they are made of.</summary>
    public bool KeepsOrder =>
        Ordering == FlowOrdering.Preserved || (Workers == 1 && Ordering == FlowOrdering.None && Failing is not { Redelivers: true });

    /// <summary>Whether no result is there before the item before its own is done with.</summary>
    public bool IsExact => Workers == 1 && Ordering != FlowOrdering.ByKey && Failing is not { Redelivers: true };

    /// <summary>Whether the first calls for the items begin in the order in which these came, and certainly so.</summary>
    public bool BeginsInOrder => Workers == 1 && Ordering != FlowOrdering.ByKey;

    /// <summary>This step as one that keeps the order.</summary>
    public FlowStep InOrder => KeepsOrder ? this : this with { Ordering = CanPreserve ? FlowOrdering.Preserved : FlowOrdering.None };

    /// <summary>The model: what becomes of an item, in order.</summary>
    public abstract IReadOnlyList<Parcel> ResultsOf(Parcel item);

    /// <summary>Adds the stage, and those that follow it.</summary>
    public abstract PipelineRecipe<int> Add<T>(PipelineBuilder<int, T> builder, FlowPlant plant, int position);

    public static string NameOf(int position) => $"step-{position}";

    public int KeyOf(Parcel item) => item.Roll(Keys, Keys);

    protected Action<StageOptions<T>> Configure<T>(FlowPlant plant, int position) => options =>
    {
        options.Name = NameOf(position);
        options.MaxWorkers = Workers;
        options.Capacity = Capacity;
        options.MaxBatch = MaxBatch;
        if (Ordering == FlowOrdering.Preserved)
        {
            options.PreserveOrder(Window);
        }

        if (Ordering == FlowOrdering.ByKey)
        {
            options.PartitionBy(item => KeyOf(Parcel.Of(item)));
            options.QuickCall = IsQuick ? int.MaxValue : options.QuickCall;
        }

        Failing?.Apply(options.OnFailure, (item, failure, token) => plant.LetterAsync(position, Parcel.Of(item), failure, token));
    };

    /// <summary>Kinds of steps say what they add to this.</summary>
    protected string Describe(string verb)
    {
        string order = Ordering switch
        {
            FlowOrdering.Preserved => $", in order within {Window ?? Capacity}",
            FlowOrdering.ByKey => $", by {Keys} keys{(IsQuick ? ", quick" : "")}",
            _ => "",
        };
        return $"{verb}({Workers} workers, capacity {Capacity}, at once {MaxBatch}, {Pace}{order}{(Failing is null ? "" : $", {Failing}")})";
    }
}
