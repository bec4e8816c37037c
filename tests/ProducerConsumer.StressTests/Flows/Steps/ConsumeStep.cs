namespace ProducerConsumer.StressTests;

/// <summary>The end of a flow.</summary>
internal sealed record ConsumeStep : FlowStep
{
    public override bool CanPreserve => false;

    public override IReadOnlyList<Parcel> ResultsOf(Parcel item) => [];

    public override PipelineRecipe<int> Add<T>(PipelineBuilder<int, T> builder, FlowPlant plant, int position)
    {
        return builder.Consume(HandleAsync, Configure<T>(plant, position));

        async ValueTask HandleAsync(T item, CancellationToken cancellationToken)
        {
            FlowCall call = plant.Begin(position, item);
            await plant.PauseAsync(this, call, cancellationToken);
            call.FailIfDoomed();
            call.Return();
        }
    }

    public override string ToString() => Describe("Consume");
}
