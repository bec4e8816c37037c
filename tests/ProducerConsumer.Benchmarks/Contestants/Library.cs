namespace ProducerConsumer.Benchmarks;

/// <summary>This library as its users get it, with the books and everything else that stays on.</summary>
internal static class Library<T>
    where T : IItem<T>
{
    /// <summary>How many items are written at once by a producer that has them in a block.</summary>
    private const int BlockSize = 64;

    /// <summary>Push first.</summary>
    public static IEnumerable<Contestant<T>> All => [Push, Pull, WriteMany];

    /// <summary>Sources that cost a state machine or a call per item by themselves.</summary>
    public static IEnumerable<Contestant<T>> AsyncSources =>
    [
        new("this library: IAsyncEnumerable", Role.AsyncPull, (setting, items, handler) =>
            RunAsync(setting, handler, Enumerable.Range(0, setting.Producers).Aggregate(
                PooledPipeline.CreateBuilder<T>(setting.Capacity),
                (builder, producer) => builder.Produce(setting.Share<T>(producer, items).ToAsyncEnumerable())))),
        new("this library: counted delegate", Role.AsyncPull, (setting, items, handler) =>
        {
            long number = -1;
            return RunAsync(setting, handler, PooledPipeline.CreateBuilder<T>(setting.Capacity).Produce(
                checked((int)items),
                _ => new ValueTask<T>(T.Create(Interlocked.Increment(ref number))),
                maxWorkers: setting.Producers));
        }),
    ];

    private static Contestant<T> Push => new("this library: WriteAsync", Role.Push, (setting, items, handler) =>
    {
        int turn = -1;
        return RunAsync(setting, handler, PooledPipeline.CreateBuilder<T>(setting.Capacity)
            .Produce(setting.Producers, async (writer, cancellationToken) =>
            {
                foreach (T item in setting.Share<T>(Interlocked.Increment(ref turn), items))
                {
                    await writer.WriteAsync(item, cancellationToken).ConfigureAwait(false);
                }
            }));
    });

    private static Contestant<T> Pull => new("this library: IEnumerable", Role.Pull, (setting, items, handler) =>
        RunAsync(setting, handler, Enumerable.Range(0, setting.Producers).Aggregate(
            PooledPipeline.CreateBuilder<T>(setting.Capacity),
            (builder, producer) => builder.Produce(setting.Share<T>(producer, items)))));

    private static Contestant<T> WriteMany => new("this library: WriteManyAsync", Role.Pull, (setting, items, handler) =>
    {
        int turn = -1;
        return RunAsync(setting, handler, PooledPipeline.CreateBuilder<T>(setting.Capacity)
            .Produce(setting.Producers, async (writer, cancellationToken) =>
            {
                T[] block = new T[BlockSize];
                int count = 0;
                foreach (T item in setting.Share<T>(Interlocked.Increment(ref turn), items))
                {
                    block[count++] = item;
                    if (count == block.Length)
                    {
                        await writer.WriteManyAsync(block, cancellationToken).ConfigureAwait(false);
                        count = 0;
                    }
                }

                await writer.WriteManyAsync(block.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            }));
    });

    private static Task<PipelineReport> RunAsync(
        Setting setting, Func<T, CancellationToken, ValueTask> handler, PipelineBuilder<T> builder) =>
        builder
            .Consume(handler, stage =>
            {
                stage.MaxWorkers = setting.Consumers;
                stage.DedicatedThreads = setting.Work == WorkKind.SometimesBlocks; // As the documentation advises for such handlers.
            })
            .Build()
            .RunAsync();
}
