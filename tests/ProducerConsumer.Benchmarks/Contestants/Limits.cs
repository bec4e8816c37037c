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

    /// <summary>Each side publishes its position once per batch of 64, and spins while it waits.</summary>
    private static Task RunRingAsync(Setting setting, long items, Func<T, CancellationToken, ValueTask> handler)
    {
        T[] slots = new T[setting.Capacity];
        Position written = new();
        Position read = new();
        Task producer = Task.Factory.StartNew(
            () =>
            {
                long position = 0;
                SpinWait spin = default;
                foreach (T item in setting.Share<T>(0, items))
                {
                    while (position - Volatile.Read(ref read.Value) == slots.Length)
                    {
                        Volatile.Write(ref written.Value, position);
                        spin.SpinOnce();
                    }

                    slots[position % slots.Length] = item;
                    position++;
                    if (position % 64 == 0)
                    {
                        Volatile.Write(ref written.Value, position);
                    }
                }

                Volatile.Write(ref written.Value, position);
            },
            TaskCreationOptions.LongRunning);
        Task consumer = Task.Factory.StartNew(
            () =>
            {
                SpinWait spin = default;
                for (long position = 0; position < items;)
                {
                    long end = Volatile.Read(ref written.Value);
                    if (end == position)
                    {
                        spin.SpinOnce();
                    }

                    for (; position < end; position++)
                    {
                        Handled.AtOnce(handler(slots[position % slots.Length], CancellationToken.None));
                        if (position % 64 == 63)
                        {
                            Volatile.Write(ref read.Value, position + 1);
                        }
                    }

                    Volatile.Write(ref read.Value, position);
                }
            },
            TaskCreationOptions.LongRunning);
        return Task.WhenAll(producer, consumer);
    }

    private sealed class Position
    {
        public long Value;
    }
}
