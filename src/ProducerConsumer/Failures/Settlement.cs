using System.Threading.Channels;

namespace ProducerConsumer;

/// <summary>The one place that decides what the end of a call of user code means for its item and for the run.</summary>
internal static class Settlement
{
    /// <summary>
    /// Judges how a handler's call ended that did not return, and books it. Which token a cancellation carries does not
    /// count: linked tokens and drivers differ.
    /// </summary>
    public static void JudgeCall<T>(ItemWorker<T> worker, Exception error, CallResults results, CancellationToken token)
    {
        BufferedStage<T> stage = worker.Stage;
        if (IsCancellation(stage, error, results, token))
        {
            worker.SettleCanceled(results);
            return;
        }

        // First the stop: the sooner the buffers close, the fewer items are begun in vain. Last the log, which may block.
        ItemFailure fault = stage.Run.Fault(ItemFailure.OfItem(stage.Name, worker.Claim.Current, attempt: 1, error));
        worker.SettleFailed();
        stage.Run.Log.Faulted(fault);
    }

    /// <summary>Judges how a call ended that was for no item, and did not return.</summary>
    public static void JudgeCode(Stage stage, Exception error, CallResults results, CancellationToken token)
    {
        if (!IsCancellation(stage, error, results, token))
        {
            stage.Run.Log.Faulted(stage.Run.Fault(new ItemFailure(stage.Name, error)));
        }
    }

    /// <summary>A call that could not pass its results on has done what it could; its item is handed back with them.</summary>
    private static bool IsCancellation(Stage stage, Exception error, CallResults results, CancellationToken token) =>
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
