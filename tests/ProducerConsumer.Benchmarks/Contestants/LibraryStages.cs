namespace ProducerConsumer.Benchmarks;

/// <summary>The stages of <see cref="Stages"/> in this library, as its users write them.</summary>
internal static class LibraryStages<T>
    where T : IItem<T>
{
    /// <summary>Push first.</summary>
    public static IEnumerable<Contestant<T>> All =>
    [
        new("this library: WriteAsync", Role.Push, (setting, items, handler) => RunAsync(handler, PooledPipeline.CreateBuilder<T>(setting.Capacity)
            .Produce(setting.Producers, async (writer, cancellationToken) =>
            {
                foreach (T item in setting.Share<T>(0, items))
                {
                    await writer.WriteAsync(item, cancellationToken).ConfigureAwait(false);
                }
            }))),
        new("this library: IEnumerable", Role.Pull, (setting, items, handler) =>
            RunAsync(handler, PooledPipeline.CreateBuilder<T>(setting.Capacity).Produce(setting.Share<T>(0, items)))),
    ];

    private static Task<PipelineReport> RunAsync(Func<T, CancellationToken, ValueTask> handler, PipelineBuilder<T> builder) => builder
        .Transform((item, _) => new ValueTask<T>(Stages.First(item)))
        .Transform((item, _) => new ValueTask<T>(Stages.Second(item)))
        .Batch(Stages.BatchSize)
        .Consume((batch, _) =>
        {
            Stages.Handle(batch, handler);
            return default;
        })
        .Build()
        .RunAsync();
}
