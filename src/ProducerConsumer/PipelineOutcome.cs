namespace ProducerConsumer;

/// <summary>How a run ended.</summary>
public enum PipelineOutcome
{
    /// <summary>The input ended and every accepted item was worked on.</summary>
    Completed,

    /// <summary>A drain ended the input early; every accepted item was worked on.</summary>
    Drained,

    /// <summary>The run was aborted, disposed while it ran, or stopped before it started.</summary>
    Aborted,

    /// <summary>The token given to <see cref="PooledPipeline{T}.RunAsync"/> ended the run.</summary>
    Canceled,

    /// <summary>A delegate threw and that ended the run.</summary>
    Faulted,

    /// <summary>
    /// The run was ended, whatever by, while delegates ignored their token for longer than
    /// <see cref="PipelineOptions.AbortTimeout"/>. Their items are counted as in flight.
    /// </summary>
    Abandoned,
}
