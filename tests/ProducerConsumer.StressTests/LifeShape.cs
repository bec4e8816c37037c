namespace ProducerConsumer.StressTests;

/// <summary>What a handler does with an item besides booking it.</summary>
internal enum LifeHandler
{
    Returns,
    Yields,
    SometimesBlocks,
    SometimesSuspends,

    /// <summary>All of these, from one item to the next.</summary>
    Changes,
}

/// <summary>Where the items come from.</summary>
internal enum LifeSource
{
    Enumerable,
    AsyncEnumerable,
    Reader,
    Calls,
    Writers,
    Push,

    /// <summary>Each producer is a stage of another kind.</summary>
    Mixed,
}

/// <summary>What happens to the run at its moment.</summary>
internal enum LifeHappening
{
    Nothing,
    Drain,
    Abort,
    Dispose,
    Token,
    HandlerFault,
    SourceFault,
}

/// <summary>What is drawn for one run. Everything comes from the seed, so that a run can be drawn again.</summary>
internal sealed record LifeShape
{
    private const int Items = 400;

    /// <summary>Enough for batches to grow as far as they can.</summary>
    private const int ManyItems = 12_000;

    private readonly uint _salt;

    public LifeShape(Random random)
    {
        Producers = DrawWorkers(random);
        Consumers = DrawWorkers(random);
        Capacity = 1 << random.Next(10);
        Capacity += random.Next(Capacity);
        int items = random.Next(50) == 0 ? ManyItems : Items;
        PerProducer = random.Next(1, Math.Max(2, items / Producers));
        Source = Draw<LifeSource>(random);
        Handler = Draw<LifeHandler>(random);
        Happening = Draw<LifeHappening>(random);
        Moment = random.Next(0, Total + 1);
        SourcePauses = random.Next(3) == 0;
        WritersCancel = random.Next(2) == 0;
        _salt = (uint)random.Next();
    }

    public int Producers { get; }

    public int Consumers { get; }

    public int Capacity { get; }

    public int PerProducer { get; }

    public int Total => Producers * PerProducer;

    public LifeSource Source { get; }

    public LifeHandler Handler { get; }

    public LifeHappening Happening { get; }

    /// <summary>How many calls have begun when it happens; for a fault of a source, the item that is not made.</summary>
    public int Moment { get; }

    /// <summary>Whether sources sometimes take their time: an asynchronous one suspends, the others block.</summary>
    public bool SourcePauses { get; }

    /// <summary>Whether writers cancel some of their own writes.</summary>
    public bool WritersCancel { get; }

    /// <summary>Whether the items of one producer are written one after the other.</summary>
    public bool HasOrder => Source != LifeSource.Calls;

    /// <summary>Whether stage number n is producer number n.</summary>
    public bool HasStagePerProducer => Source is LifeSource.Enumerable or LifeSource.AsyncEnumerable or LifeSource.Reader or LifeSource.Mixed;

    /// <summary>A number below <paramref name="sides"/> for this item, the same on whatever thread it is drawn.</summary>
    public int Roll(int item, int purpose, int sides)
    {
        uint mixed = (((uint)item * 31) + (uint)purpose + _salt) * 2654435761u;
        mixed = (mixed ^ (mixed >> 15)) * 2246822519u;
        return (int)((mixed >> 8) % (uint)sides);
    }

    /// <summary>One of three is a lone worker, whose order is strict; few are many.</summary>
    private static int DrawWorkers(Random random) => random.Next(6) switch
    {
        0 or 1 => 1,
        2 => random.Next(1, 65),
        _ => random.Next(2, 9),
    };

    private static T Draw<T>(Random random)
        where T : struct, Enum
    {
        T[] values = Enum.GetValues<T>();
        return values[random.Next(values.Length)];
    }
}
