namespace ProducerConsumer;

/// <summary>Takes items one by one and gives each to the handler.</summary>
internal sealed class ConsumeWorker<T>(BufferedStage<T> stage, Func<T, CancellationToken, ValueTask> handler) : Worker(stage)
{
    protected override async Task WorkAsync()
    {
        WorkSlot<T> slot = new();
        for (Taken taken; (taken = stage.Buffer.TryTake(slot, this)) != Taken.Left;)
        {
            if (taken == Taken.Parked)
            {
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
            Settlement.SettleCall(stage, slot, error, Token);
            await Rest(suspended);
        }
    }
}
