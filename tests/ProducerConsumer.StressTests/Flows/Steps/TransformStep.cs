namespace ProducerConsumer.StressTests;

/// <summary>One result for each item; of a batch, a batch again.</summary>
internal sealed record TransformStep : FlowStep
{
    public override IReadOnlyList<Parcel> ResultsOf(Parcel item) => [item.MakeWhole("t")];

    public override PipelineRecipe<int> Add<T>(PipelineBuilder<int, T> builder, FlowPlant plant, int position)
    {
        return plant.Add(builder.Transform(TransformAsync, Configure<T>(plant, position)), position + 1);

        ValueTask<Parcel> TransformAsync(T item, CancellationToken cancellationToken)
        {
            FlowCall call = plant.Begin(position, item);
            ValueTask pause = plant.PauseAsync(this, call, cancellationToken);
            return pause.IsCompletedSuccessfully ? new ValueTask<Parcel>(Return(call)) : AwaitAsync(pause, call);
        }

        async ValueTask<Parcel> AwaitAsync(ValueTask pause, FlowCall call)
        {
            await pause;
            return Return(call);
        }

        Parcel Return(FlowCall call)
        {
            call.FailIfDoomed();
            call.Return();
            return call.Make(ResultsOf(call.Item)[0]);
        }
    }

    public override string ToString() => Describe("Transform");
}
