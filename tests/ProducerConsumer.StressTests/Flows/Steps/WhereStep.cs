namespace ProducerConsumer.StressTests;

/// <summary>Leaves some pieces out; of batches, which are drawn differently from run to run, all or none.</summary>
internal sealed record WhereStep : FlowStep
{
    /// <summary>Of that many pieces one is left out.</summary>
    public required int OneOf { get; init; }

    public required bool LeavesOutBatches { get; init; }

    public override IReadOnlyList<Parcel> ResultsOf(Parcel item)
    {
        bool isLeftOut = item.IsBatch ? LeavesOutBatches : item.Roll(OneOf, OneOf) == 0;
        return isLeftOut ? [] : [item];
    }

    public override PipelineRecipe<int> Add<T>(PipelineBuilder<int, T> builder, FlowPlant plant, int position)
    {
        return plant.Add(
            Pace == FlowPace.Never ? builder.Where(IsKept, Configure<T>(plant, position)) : builder.Where(IsKeptAsync, Configure<T>(plant, position)),
            position + 1);

        bool IsKept(T item) => Return(plant.Begin(position, item));

        ValueTask<bool> IsKeptAsync(T item, CancellationToken cancellationToken)
        {
            FlowCall call = plant.Begin(position, item);
            ValueTask pause = plant.PauseAsync(this, call, cancellationToken);
            return pause.IsCompletedSuccessfully ? new ValueTask<bool>(Return(call)) : AwaitAsync(pause, call);
        }

        async ValueTask<bool> AwaitAsync(ValueTask pause, FlowCall call)
        {
            await pause;
            return Return(call);
        }

        bool Return(FlowCall call)
        {
            call.FailIfDoomed();
            call.Return();
            return ResultsOf(call.Item) is [Parcel kept] && call.Make(kept) is not null;
        }
    }

    public override string ToString() => $"{Describe("Where")} without 1 of {OneOf} pieces{(LeavesOutBatches ? " and without batches" : "")}";
}
