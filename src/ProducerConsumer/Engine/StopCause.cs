namespace ProducerConsumer;

/// <summary>What ended a run, or is about to.</summary>
internal enum StopCause
{
    /// <summary>Nothing: the sources ended and everything was worked on.</summary>
    None,
    Drain,
    Abort,

    /// <summary>The token that was given to the run.</summary>
    Token,
    Dispose,
    Fault,
}
