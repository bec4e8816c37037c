using System.Threading.Channels;

namespace ProducerConsumer;

/// <summary>What the end of a call of user code means: a cancellation, or a failure.</summary>
internal static class Settlement
{
    /// <summary>
    /// Whether a call ended as it should after a stop. Which token a cancellation carries does not count: linked tokens
    /// and drivers differ. A call that could not pass its results on has done what it could.
    /// </summary>
    public static bool IsCancellation(Stage stage, Exception error, CallResults results, CancellationToken token) =>
        error is OperationCanceledException
            ? stage.Run.HeedToken() || token.IsCancellationRequested || results.Refused.Length > 0
            : error is ChannelClosedException && results.Refused.Length > 0;

    /// <summary>Judges how a producer's turn ended. After a stop, a cancelled wait or a refused write is the way to leave.</summary>
    public static void JudgeTurn(SourceStage stage, Exception? error)
    {
        if (error is not null
            && !(error is OperationCanceledException or ChannelClosedException && (stage.Run.HeedToken() || stage.Run.IsStopping)))
        {
            stage.Run.Log.Faulted(stage.Run.Fault(new ItemFailure(stage.Name, error)));
        }
    }
}
