namespace ProducerConsumer.Benchmarks;

/// <summary>This library: a pipeline that the application writes to.</summary>
internal static class LibraryHandOffs
{
    public static HandOff WriteAsync { get; } = new("this library: WriteAsync", Role.Push, Open) { OnDemand = true };

    private static OpenHandOff Open(int consumers, Receiver receiver)
    {
        PooledPipeline<ValueItem> pipeline = PooledPipeline.CreateBuilder<ValueItem>(OpenHandOff.Capacity)
            .Consume(receiver.HandleAsync, maxWorkers: consumers)
            .Build();
        _ = pipeline.StartAsync();
        CancellationTokenSource cancellation = new();
        return new OpenHandOff(
            item => pipeline.Writer.WriteAsync(item, cancellation.Token),
            async () =>
            {
                await pipeline.StopAsync();
                cancellation.Dispose();
            });
    }
}
