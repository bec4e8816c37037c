using System.Threading.Channels;

namespace ProducerConsumer;

/// <summary>The one place that decides what the end of a call of user code means for its item and for the run.</summary>
internal static class Settlement
{
    /// <summary>Settles a handler's item. Which token a cancellation carries does not count: linked tokens and drivers differ.</summary>
    public static void SettleCall<T>(BufferedStage<T> stage, WorkSlot<T> slot, Exception? error, CancellationToken token)
    {
        if (error is null)
        {
            stage.Buffer.Settle(slot, CallOutcome.Completed);
        }
        else if (error is OperationCanceledException && (stage.Run.HeedToken() || token.IsCancellationRequested))
        {
            stage.Buffer.Settle(slot, CallOutcome.Canceled);
        }
        else
        {
            // The fault first: the sooner the buffers close, the fewer items are begun in vain.
            stage.Run.Fault(ItemFailure.OfItem(stage.Name, slot.Item, attempt: 1, error));
            stage.Buffer.Settle(slot, CallOutcome.Failed);
        }
    }

    /// <summary>Judges how a producer's turn ended. After a stop, a cancelled wait or a refused write is the way to leave.</summary>
    public static void SettleTurn(SourceStage stage, Exception? error)
    {
        if (error is not null
            && !(error is OperationCanceledException or ChannelClosedException && (stage.Run.HeedToken() || stage.Run.IsStopping)))
        {
            stage.Run.Fault(new ItemFailure(stage.Name, error));
        }
    }
}
