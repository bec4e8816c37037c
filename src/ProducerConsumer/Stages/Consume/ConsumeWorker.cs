namespace ProducerConsumer;

/// <summary>Takes items one by one and gives each to the handler.</summary>
internal sealed class ConsumeWorker<T>(BufferedStage<T> stage, Func<T, CancellationToken, ValueTask> handler) : Worker(stage)
{
    protected override async Task WorkAsync()
    {
        WorkSlot<T> slot = new();
        while (stage.Buffer.TryTake(slot))
        {
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
