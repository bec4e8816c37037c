namespace ProducerConsumer;

/// <summary>Takes items one by one and gives each to the handler.</summary>
internal sealed class ConsumeWorker<T>(BufferedStage<T> stage, Func<T, CancellationToken, ValueTask> handler) : Worker(stage)
{
    protected override async Task WorkAsync()
    {
        WorkSlot<T> slot = new();
        CallOutcome outcome = CallOutcome.None;
        for (Taken taken; (taken = stage.Buffer.SettleAndTake(slot, outcome, this)) != Taken.Left;)
        {
            if (taken == Taken.Parked)
            {
                outcome = CallOutcome.None;
                await ParkAsync().ConfigureAwait(false);
                EndStreak();
                continue;
            }

            bool suspended = false;
            Exception? error = null;
            try
            {
                ValueTask call = handler(slot.Item, Token);
                suspended = !call.IsCompleted;
                await call.ConfigureAwait(false);
            }
            catch (Exception thrown)
            {
                error = thrown;
            }

            RestoreContext();
            outcome = Settlement.JudgeCall(stage, slot, error, Token);
            RestAwaitable rest = Rest(suspended);
            if (!rest.IsCompleted)
            {
                // The item is done; its settlement does not wait for a thread.
                stage.Buffer.Settle(slot, outcome);
                outcome = CallOutcome.None;
                await rest;
            }
        }
    }
}
