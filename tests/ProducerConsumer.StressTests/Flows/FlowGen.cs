using CsCheck;

namespace ProducerConsumer.StressTests;

/// <summary>Draws flows.</summary>
internal static class FlowGen
{
    private const int MostItems = 80;

    /// <summary>A capacity, or how many items a worker takes at once: small numbers often, as most happens at a bound.</summary>
    private static Gen<int> Bound { get; } = Gen.Frequency((2, Gen.Const(1)), (3, Gen.Int[2, 5]), (3, Gen.Int[1, 64]), (1, Gen.Const(64)));

    private static Gen<int> Workers { get; } = Gen.Int[1, 4];

    private static Gen<FlowPace> Pace { get; } = Gen.Enum<FlowPace>();

    private static Gen<(FlowOrdering Kind, int? Window, int Keys, bool IsQuick)> Ordering { get; } = Gen.Select(
        Gen.Frequency((3, Gen.Const(FlowOrdering.None)), (2, Gen.Const(FlowOrdering.Preserved)), (2, Gen.Const(FlowOrdering.ByKey))),
        Gen.Frequency((1, Gen.Const((int?)null)), (2, Gen.Int[1, 9].Select(window => (int?)window))),
        Gen.Int[1, 9],
        Gen.Bool);

    private static Gen<FlowFailing?> Failing { get; } = Gen.Frequency(
        (2, Gen.Const((FlowFailing?)null)),
        (1, Gen.Select(
            Gen.Int[2, 12],
            Gen.Int[1, 4],
            Gen.Int[0, 4].Select(quarter => quarter * FlowClock.LongestDelay / 4),
            Gen.Frequency((1, Gen.Const(0)), (1, Gen.Int[2, 6])),
            Gen.Frequency((3, Gen.Const((int?)null)), (1, Gen.Int[0, 12].Select(budget => (int?)budget))),
            (oneOf, attempts, delay, letters, budget) => (FlowFailing?)new FlowFailing
            {
                OneOf = oneOf,
                MaxAttempts = attempts,
                Delay = delay,
                LettersOneOf = letters,
                Budget = budget,
            })));

    private static Gen<FlowStep> Step { get; } = Gen.Frequency(
        (4, Of((pace, _, _) => new TransformStep { Pace = pace })),
        (2, Of((_, _, _) => new SelectStep())),
        (3, Of((pace, odd, number) => odd
            ? new WhereStep { Pace = pace, OneOf = 2 + (number % 4), LeavesOutBatches = number % 16 == 0 }
            : new WhereStep { OneOf = 2 + (number % 4), LeavesOutBatches = number % 16 == 0 })),
        (3, Of((pace, odd, number) => new TransformManyStep { Pace = pace, IsAsync = odd, Most = number % 4 })),
        (4, Of((_, odd, number) => new BatchStep { HasWait = odd, Size = number })));

    private static Gen<FlowStep> Consumers { get; } = Of((pace, _, _) => new ConsumeStep { Pace = pace });

    /// <summary>Anything; a third of the flows have one worker everywhere, and another third keep the order with many.</summary>
    public static Gen<Flow> Any { get; } =
        from steps in Gen.Select(
            Step.Array[1, 5],
            Consumers,
            Gen.Int[0, 2],
            (steps, last, shape) => (FlowStep[])[.. steps.Select(step => Shaped(step, shape)), shape == 0 ? last with { Workers = 1 } : last])
        from source in Gen.Select(Gen.Enum<FlowSource>(), Gen.Enum<FlowWriting>(), Gen.Int[1, 5], Gen.Int[1, MostItems], Gen.Bool)
        from happening in Gen.Select(
            Gen.Frequency((3, Gen.Const(FlowHappening.Nothing)), (8, Gen.Enum<FlowHappening>())),
            Gen.Int[-1, steps.Length - 1],
            Gen.Int[1, MostItems],
            Gen.Bool,
            Gen.Int[1, 3],
            Gen.Int[0, 1_000_000])
        select Create(steps, source, happening);

    private static Flow Create(
        FlowStep[] steps,
        (FlowSource Kind, FlowWriting Writing, int Producers, int Items, bool Cancels) source,
        (FlowHappening Kind, int Place, int Moment, bool IsInside, int Faults, int Salt) happening)
    {
        // Each enumerable is one producer; several are joined. What no code of a step sees happens in the next step.
        int first = happening.Kind == FlowHappening.HandlerFault ? Math.Max(happening.Place, 0) : happening.Place;
        int place = first < 0 ? first : Enumerable.Range(first, steps.Length - first).First(position => steps[position].HasCalls);
        int perProducer = Math.Max(1, source.Items / source.Producers);
        return new Flow
        {
            Source = source.Kind,
            Writing = source.Writing,
            Producers = source.Producers,
            PerProducer = perProducer,
            WritersCancel = source.Cancels,
            Steps = steps,
            Happening = happening.Kind,
            Place = happening.Kind == FlowHappening.SourceFault ? -1 : place,
            Moment = Math.Min(happening.Moment, perProducer * source.Producers),
            IsInside = happening.IsInside,
            Faults = happening.Faults,
            Salt = happening.Salt,
        };
    }

    private static FlowStep Shaped(FlowStep step, int shape) => shape switch
    {
        0 => step with { Workers = 1 },
        1 => step.InOrder,
        _ => step,
    };

    /// <summary>A step with what every step has.</summary>
    private static Gen<FlowStep> Of(Func<FlowPace, bool, int, FlowStep> create) => Gen.Select(
        Workers, Bound, Bound, Pace, Gen.Select(Gen.Bool, Gen.Int[1, 64]), Ordering, Failing,
        (workers, capacity, maxBatch, pace, kind, ordering, failing) => (create(pace, kind.Item1, kind.Item2) with
        {
            Workers = workers,
            Capacity = capacity,
            MaxBatch = maxBatch,
            Ordering = ordering.Kind,
            Window = ordering.Window,
            Keys = ordering.Keys,
            IsQuick = ordering.IsQuick,
            Failing = failing,
        }).Adjusted);
}
