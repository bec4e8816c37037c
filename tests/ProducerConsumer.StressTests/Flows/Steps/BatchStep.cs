namespace ProducerConsumer.StressTests;

/// <summary>Gathers items. The model gathers one at a time; the sizes are for the audit.</summary>
internal sealed record BatchStep : FlowStep
{
    /// <summary>How long the first item of a batch waits on the clock of the flow.</summary>
    public static TimeSpan Wait { get; } = TimeSpan.FromSeconds(2);

    public required int Size { get; init; }

    public required bool HasWait { get; init; }

    public override bool HasCalls => false;

    public override bool CanPreserve => false;

    public override bool CanFail => false;

    public override FlowStep Adjusted =>
        (BatchStep)base.Adjusted with { Ordering = FlowOrdering.None, Workers = 1, Pace = FlowPace.Never, Size = Math.Min(Size, Capacity) };

    public override IReadOnlyList<Parcel> ResultsOf(Parcel item) => [Parcel.Batch([item])];

    public override PipelineRecipe<int> Add<T>(PipelineBuilder<int, T> builder, FlowPlant plant, int position) =>
        plant.Add(builder.Batch(Size, HasWait ? Wait : null, Configure<T>(plant, position)), position + 1);

    public override string ToString() => $"{Describe("Batch")} of {Size}{(HasWait ? " with a wait" : "")}";
}
