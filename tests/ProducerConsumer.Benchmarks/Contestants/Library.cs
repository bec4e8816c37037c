namespace ProducerConsumer.Benchmarks;

/// <summary>This library as its users get it, with the books and everything else that stays on.</summary>
internal static class Library<T>
    where T : IItem<T>
{
    public static Contestant<T> Push => new("this library: WriteAsync", Role.Push, (setting, items, handler) =>
    {
        int turn = -1;
        return PooledPipeline.CreateBuilder<T>(setting.Capacity)
            .Produce(setting.Producers, async (writer, cancellationToken) =>
            {
                foreach (T item in setting.Share<T>(Interlocked.Increment(ref turn), items))
                {
                    await writer.WriteAsync(item, cancellationToken).ConfigureAwait(false);
                }
            })
            .Consume(handler, maxWorkers: setting.Consumers)
            .Build()
            .RunAsync();
    });

    public static Contestant<T> Pull => new("this library: IEnumerable", Role.Pull, (setting, items, handler) =>
        Enumerable.Range(0, setting.Producers)
            .Aggregate(
                PooledPipeline.CreateBuilder<T>(setting.Capacity),
                (builder, producer) => builder.Produce(setting.Share<T>(producer, items)))
            .Consume(handler, maxWorkers: setting.Consumers)
            .Build()
            .RunAsync());
}
