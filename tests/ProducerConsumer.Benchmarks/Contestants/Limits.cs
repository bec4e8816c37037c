namespace ProducerConsumer.Benchmarks;

/// <summary>What no bounded queue reaches: no queue at all, and a ring between exactly one producer and one consumer.</summary>
internal static class Limits<T>
    where T : IItem<T>
{
    public static Contestant<T> NoQueue => new("no queue (limit)", Role.Limit, RunDirectlyAsync);

    public static Contestant<T> Ring => new("batched SPSC ring (limit)", Role.Limit, RunRingAsync);

    private static Task RunDirectlyAsync(Setting setting, long items, Func<T, CancellationToken, ValueTask> handler)
    {
        int loops = Math.Max(setting.Consumers, 2);
        Setting shares = setting with { Producers = loops };
        return Task.WhenAll(Enumerable.Range(0, loops).Select(loop => Task.Run(async () =>
        {
            foreach (T item in shares.Share<T>(loop, items))
            {
                await handler(item, CancellationToken.None).ConfigureAwait(false);
            }
        })));
    }

    private static Task RunRingAsync(Setting setting, long items, Func<T, CancellationToken, ValueTask> handler)
    {
        SpscRing<T> ring = new(setting.Capacity);
        return Task.WhenAll(
            Task.Factory.StartNew(() => ring.Write(setting.Share<T>(0, items)), TaskCreationOptions.LongRunning),
            Task.Factory.StartNew(() => ring.Read(items, handler), TaskCreationOptions.LongRunning));
    }
}
