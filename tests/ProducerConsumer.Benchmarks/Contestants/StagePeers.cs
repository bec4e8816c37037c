using System.Threading.Channels;
using System.Threading.Tasks.Dataflow;
using Akka.Streams.Dsl;

namespace ProducerConsumer.Benchmarks;

/// <summary>What else can be built of stages. The other peers have one stage only, or no batches.</summary>
internal static class StagePeers<T>
    where T : IItem<T>
{
    public static IEnumerable<Contestant<T>> All =>
    [
        new("channels: WriteAsync, ReadAllAsync", Role.Peer, (setting, items, handler) =>
            RunChannelsAsync(setting, items, handler, RawChannel<T>.ReadAllAsync)),
        new("channels: WriteAsync, WaitToRead + TryRead", Role.Peer, (setting, items, handler) =>
            RunChannelsAsync(setting, items, handler, RawChannel<T>.ReadManyAsync)),
        new("Dataflow: TransformBlock, BatchBlock", Role.Peer, RunDataflowAsync),
        new("Akka.Streams: Select, Grouped", Role.Peer, RunAkkaAsync),
    ];

    private static async Task RunChannelsAsync(
        Setting setting,
        long items,
        Func<T, CancellationToken, ValueTask> handler,
        Func<ChannelReader<T>, Func<T, CancellationToken, ValueTask>, Task> readAsync)
    {
        Channel<T>[] channels = [.. Enumerable.Range(0, 3).Select(_ => RawChannel<T>.Create(setting))];
        List<T> batch = new(Stages.BatchSize);
        Task[] links =
        [
            Link(() => RawChannel<T>.WriteAllAsync(channels[0].Writer, setting.Share<T>(0, items)), channels[0]),
            Link(() => readAsync(channels[0].Reader, (item, _) => channels[1].Writer.WriteAsync(Stages.First(item))), channels[1]),
            Link(() => readAsync(channels[1].Reader, (item, _) => channels[2].Writer.WriteAsync(Stages.Second(item))), channels[2]),
            Task.Run(() => readAsync(channels[2].Reader, (item, _) =>
            {
                batch.Add(item);
                return batch.Count == Stages.BatchSize ? HandleAsync() : default;
            })),
        ];
        await Task.WhenAll(links);
        await HandleAsync();

        ValueTask HandleAsync()
        {
            Stages.Handle(batch, handler);
            batch.Clear();
            return default;
        }
    }

    private static Task Link(Func<Task> writeAsync, Channel<T> channel) => Task.Run(async () =>
    {
        await writeAsync();
        channel.Writer.Complete();
    });

    private static async Task RunDataflowAsync(Setting setting, long items, Func<T, CancellationToken, ValueTask> handler)
    {
        ExecutionDataflowBlockOptions options = new() { BoundedCapacity = setting.Capacity, SingleProducerConstrained = true };
        TransformBlock<T, T> first = new(Stages.First, options);
        TransformBlock<T, T> second = new(Stages.Second, options);
        BatchBlock<T> batches = new(Stages.BatchSize, new GroupingDataflowBlockOptions { BoundedCapacity = setting.Capacity });
        ActionBlock<T[]> consumer = new(batch => Stages.Handle(batch, handler), options);
        DataflowLinkOptions link = new() { PropagateCompletion = true };
        first.LinkTo(second, link);
        second.LinkTo(batches, link);
        batches.LinkTo(consumer, link);
        await Task.Run(async () =>
        {
            foreach (T item in setting.Share<T>(0, items))
            {
                if (!first.Post(item))
                {
                    await first.SendAsync(item);
                }
            }
        });
        first.Complete();
        await consumer.Completion;
    }

    /// <summary>Asynchronous borders, or one actor would run all stages in turn.</summary>
    private static Task RunAkkaAsync(Setting setting, long items, Func<T, CancellationToken, ValueTask> handler) =>
        Source.From(setting.Share<T>(0, items))
            .Select(Stages.First).Async()
            .Select(Stages.Second).Async()
            .Grouped(Stages.BatchSize)
            .RunForeach(batch => Stages.Handle(batch, handler), Peers<T>.Akka);
}
