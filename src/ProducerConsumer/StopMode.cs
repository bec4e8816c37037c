namespace ProducerConsumer;

/// <summary>How <see cref="PooledPipeline{T}.StopAsync"/> ends a run.</summary>
public enum StopMode
{
    /// <summary>No new input; everything that was accepted is worked on.</summary>
    Drain,

    /// <summary>Nothing new starts, tokens are cancelled, what was not finished is handed back as undelivered.</summary>
    Abort,
}
