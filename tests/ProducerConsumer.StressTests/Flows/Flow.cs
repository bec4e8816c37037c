namespace ProducerConsumer.StressTests;

/// <summary>Where the items of a flow come from.</summary>
internal enum FlowSource
{
    Enumerable,
    AsyncEnumerable,
    Writers,
    Push,
}

/// <summary>How those write who write.</summary>
internal enum FlowWriting
{
    Single,
    Many,
    Tracked,

    /// <summary>All of these, from one write to the next.</summary>
    Mixed,
}

/// <summary>What happens to a flow.</summary>
internal enum FlowHappening
{
    Nothing,
    Drain,
    Abort,

    /// <summary>A drain, which an abort follows.</summary>
    DrainThenAbort,
    Dispose,
    Token,
    HandlerFault,
    SourceFault,
}

/// <summary>One random flow: the stages, where their items come from, and what happens when.</summary>
internal sealed record Flow
{
    public required FlowSource Source { get; init; }

    public required FlowWriting Writing { get; init; }

    public required int Producers { get; init; }

    public required int PerProducer { get; init; }

    /// <summary>Whether writers cancel some of their own writes.</summary>
    public required bool WritersCancel { get; init; }

    /// <summary>The stages behind the source, the consumers last.</summary>
    public required IReadOnlyList<FlowStep> Steps { get; init; }

    public required FlowHappening Happening { get; init; }

    /// <summary>The stage in which it happens; below 0 for the source.</summary>
    public required int Place { get; init; }

    /// <summary>The call of that stage at which it happens, from 1; for the source, the item.</summary>
    public required int Moment { get; init; }

    /// <summary>Whether the code of the stage does it, and not somebody outside who waits for the moment.</summary>
    public required bool IsInside { get; init; }

    /// <summary>How many calls of the stage throw, from the moment on, when it is a fault of a handler.</summary>
    public required int Faults { get; init; }

    /// <summary>Makes what is drawn on the way depend on the flow.</summary>
    public required int Salt { get; init; }

    public int Total => Producers * PerProducer;

    public bool Writes => Source is FlowSource.Writers or FlowSource.Push;

    /// <summary>
    /// Whether the producers end only when they were told of every item: then it is the clock alone that can bring a
    /// batch on its way that is not full. Not with a fault, after which nobody counts who still writes.
    /// </summary>
    public bool IsHeld =>
        Writes && Writing == FlowWriting.Tracked && Happening == FlowHappening.Nothing
        && Steps.All(step => step is not BatchStep { HasWait: false } and not { Failing.Budget: not null });

    public int ProducerOf(int item) => item / PerProducer;

    /// <summary>
    /// The model: the pieces of a source item in front of a stage, or behind the last one, in their order. What a stage
    /// makes of a piece does not depend on its company, so that each may be in a batch of its own.
    /// </summary>
    /// <param name="position">The stage.</param>
    /// <param name="source">The source item.</param>
    /// <param name="left">The pieces that left the flow at each stage.</param>
    public IEnumerable<Parcel> PiecesAt(int position, int source, IReadOnlyList<ISet<string>> left)
    {
        IEnumerable<Parcel> parcels = [Parcel.Of(source)];
        for (int i = 0; i < position; i++)
        {
            ISet<string> leftHere = left[i];
            parcels = parcels.Where(parcel => !leftHere.Contains(parcel.Pieces.Single().Name)).SelectMany(Steps[i].ResultsOf);
        }

        return parcels.SelectMany(parcel => parcel.Pieces);
    }

    public override string ToString() =>
        $"{Producers} x {PerProducer} from {Source} ({Writing}{(WritersCancel ? ", cancelling" : "")}) > {string.Join(" > ", Steps)}; "
        + $"{Happening} x {Faults} {(IsInside ? "inside" : "outside")} at call {Moment} of step {Place}, salt {Salt}";
}
