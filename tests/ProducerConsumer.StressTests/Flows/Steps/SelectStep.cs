namespace ProducerConsumer.StressTests;

/// <summary>As <see cref="TransformStep"/>, with a quick function.</summary>
internal sealed record SelectStep : FlowStep
{
    public override FlowStep Adjusted => base.Adjusted with { Pace = FlowPace.Never };

    public override IReadOnlyList<Parcel> ResultsOf(Parcel item) => [item.MakeWhole("s")];

    public override PipelineRecipe<int> Add<T>(PipelineBuilder<int, T> builder, FlowPlant plant, int position)
    {
        return plant.Add(builder.Select(Select, Configure<T>(plant, position)), position + 1);

        Parcel Select(T item)
        {
            FlowCall call = plant.Begin(position, item);
            call.FailIfDoomed();
            call.Return();
            return call.Make(ResultsOf(call.Item)[0]);
        }
    }

    public override string ToString() => Describe("Select");
}
