using System.Runtime.CompilerServices;

namespace ProducerConsumer.StressTests;

/// <summary>Any number of results for each piece, one by one; a batch comes apart.</summary>
internal sealed record TransformManyStep : FlowStep
{
    public required bool IsAsync { get; init; }

    /// <summary>The most results of one piece.</summary>
    public required int Most { get; init; }

    public override bool CanFail => false;

    public override FlowStep Adjusted =>
        IsAsync || Pace == FlowPace.SometimesBlocks ? base.Adjusted : base.Adjusted with { Pace = FlowPace.Never };

    public override IReadOnlyList<Parcel> ResultsOf(Parcel item) =>
        [.. item.Pieces.SelectMany(piece => Enumerable.Range(0, piece.Roll(Most, Most + 1)).Select(i => item.Make(piece, $".{i}")))];

    public override PipelineRecipe<int> Add<T>(PipelineBuilder<int, T> builder, FlowPlant plant, int position)
    {
        return plant.Add(
            IsAsync
                ? builder.TransformMany((item, cancellationToken) => ManyAsync(plant.Begin(position, item), cancellationToken), Configure<T>(plant, position))
                : builder.TransformMany(item => Many(plant.Begin(position, item)), Configure<T>(plant, position)),
            position + 1);

        IEnumerable<Parcel> Many(FlowCall call)
        {
            plant.Books.OpenSequence();
            try
            {
                foreach (Parcel result in ResultsOf(call.Item))
                {
                    FailHalfWay(call);
                    plant.Pause(this, result);
                    yield return call.Make(result);
                }

                call.FailIfDoomed();
                call.Return();
            }
            finally
            {
                plant.Books.CloseSequence(call);
            }
        }

        async IAsyncEnumerable<Parcel> ManyAsync(FlowCall call, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            plant.Books.OpenSequence();
            try
            {
                foreach (Parcel result in ResultsOf(call.Item))
                {
                    FailHalfWay(call);
                    await plant.PauseAsync(this, call, cancellationToken, result);
                    yield return call.Make(result);
                }

                await plant.PauseAsync(this, call, cancellationToken);
                call.FailIfDoomed();
                call.Return();
            }
            finally
            {
                plant.Books.CloseSequence(call);
            }
        }
    }

    public override string ToString() => $"{Describe(IsAsync ? "TransformMany asynchronous" : "TransformMany")} up to {Most}";

    private static void FailHalfWay(FlowCall call)
    {
        if (call.Made > 0 && call.Item.Roll(salt: 1, sides: 2) == 0)
        {
            call.FailIfDoomed();
        }
    }
}
