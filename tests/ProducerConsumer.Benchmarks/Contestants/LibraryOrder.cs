namespace ProducerConsumer.Benchmarks;

/// <summary>This library with an order and without; the peer of each row is the one without.</summary>
internal static class LibraryOrder<T>
    where T : IItem<T>
{
    private const int Keys = 100_000;

    /// <summary>Consumers that handle the items of a key one after the other, and consumers that take what comes.</summary>
    public static IReadOnlyList<Contestant<T>> Keyed { get; } =
    [
        Of("this library: no keys", Role.Peer, Push, static (builder, setting, handler) => Consume(builder, setting, handler, hasKeys: false)),
        Of($"this library: {Keys} keys", Role.Push, Push, static (builder, setting, handler) => Consume(builder, setting, handler, hasKeys: true)),
    ];

    /// <summary>Transforms whose results go on in the order of the items, and transforms whose results do not.</summary>
    public static IReadOnlyList<Contestant<T>> Ordered { get; } =
    [
        Of("this library: any order", Role.Peer, Push, static (builder, setting, handler) => Transform(builder, setting, handler, preserveOrder: false)),
        Of("this library: PreserveOrder", Role.Push, Push, static (builder, setting, handler) => Transform(builder, setting, handler, preserveOrder: true)),
    ];

    private static Contestant<T> Of(
        string name,
        Role role,
        Func<Setting, long, PipelineBuilder<T>> produce,
        Func<PipelineBuilder<T>, Setting, Func<T, CancellationToken, ValueTask>, PipelineRecipe<T>> handle) =>
        new(name, role, (setting, items, handler) => handle(produce(setting, items), setting, handler).Build().RunAsync());

    private static PipelineBuilder<T> Push(Setting setting, long items)
    {
        int producers = 0;
        return PooledPipeline.CreateBuilder<T>(setting.Capacity).Produce(setting.Producers, async (writer, cancellationToken) =>
        {
            foreach (T item in setting.Share<T>(Interlocked.Increment(ref producers) - 1, items))
            {
                await writer.WriteAsync(item, cancellationToken).ConfigureAwait(false);
            }
        });
    }

    private static PipelineRecipe<T> Consume(
        PipelineBuilder<T> builder, Setting setting, Func<T, CancellationToken, ValueTask> handler, bool hasKeys) =>
        builder.Consume(
            handler,
            stage =>
            {
                if (hasKeys)
                {
                    stage.PartitionBy(item => item.Id % Keys);
                }
            },
            maxWorkers: setting.Consumers);

    private static PipelineRecipe<T> Transform(
        PipelineBuilder<T> builder, Setting setting, Func<T, CancellationToken, ValueTask> handler, bool preserveOrder) =>
        builder.Transform((item, _) => new ValueTask<T>(item), maxWorkers: setting.Consumers, preserveOrder: preserveOrder).Consume(handler);
}
