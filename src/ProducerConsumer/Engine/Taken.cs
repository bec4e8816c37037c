namespace ProducerConsumer;

/// <summary>What a worker that looks for work finds.</summary>
internal enum Taken
{
    /// <summary>Items, in the worker's claim.</summary>
    Items,

    /// <summary>Items without lanes, in the worker's claim: first it is to look whether they have keys.</summary>
    Solo,

    /// <summary>Nothing now: the worker is parked until it is called.</summary>
    Parked,

    /// <summary>The worker was called back: it is to look whether its time has come.</summary>
    CallBack,

    /// <summary>Nothing, but there is something in lanes, or on its way there: the worker is to look there, and to come again.</summary>
    Lanes,

    /// <summary>Results that can go on: the worker is to release them, and to look again.</summary>
    Results,

    /// <summary>Nothing ever, and the worker's code is to be told.</summary>
    End,

    /// <summary>Nothing ever: the worker has left the pool.</summary>
    Left,
}
