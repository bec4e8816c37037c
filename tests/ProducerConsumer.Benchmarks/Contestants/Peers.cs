using System.Collections.Concurrent;
using System.Threading.Channels;
using System.Threading.Tasks.Dataflow;
using Akka;
using Akka.Actor;
using Akka.Streams;
using Akka.Streams.Dsl;

namespace ProducerConsumer.Benchmarks;

/// <summary>The other libraries, each set up as its documentation advises for speed.</summary>
internal static class Peers<T>
    where T : IItem<T>
{
    private static readonly Lazy<ActorMaterializer> Materializer = new(
        () => ActorSystem.Create("compare", "akka.loglevel = OFF\nakka.stdout-loglevel = OFF").Materializer());

    public static ActorMaterializer Akka => Materializer.Value;

    public static IEnumerable<Contestant<T>> All =>
    [
        new("Dataflow: ActionBlock", Role.Peer, RunDataflowAsync),
        new("Parallel.ForEachAsync over a channel", Role.Peer, RunParallelAsync),
        new("BlockingCollection with threads", Role.Peer, RunBlockingAsync),
        new("Akka.Streams", Role.Peer, RunAkkaAsync),
    ];

    private static async Task RunDataflowAsync(Setting setting, long items, Func<T, CancellationToken, ValueTask> handler)
    {
        ExecutionDataflowBlockOptions options = new()
        {
            BoundedCapacity = setting.Capacity,
            MaxDegreeOfParallelism = setting.Consumers,
            EnsureOrdered = false,
            SingleProducerConstrained = setting.Producers == 1,
        };

        // A synchronous delegate is the fast one; one that may suspend has to return its task.
        ActionBlock<T> block = setting.Work is WorkKind.Yield or WorkKind.SometimesAwaits
            ? new(item => handler(item, CancellationToken.None).AsTask(), options)
            : new(
                item => Handled.AtOnce(handler(item, CancellationToken.None)),
                options);
        await Produce(setting, items, async share =>
        {
            foreach (T item in share)
            {
                if (!block.Post(item))
                {
                    await block.SendAsync(item).ConfigureAwait(false);
                }
            }
        }).ConfigureAwait(false);
        block.Complete();
        await block.Completion.ConfigureAwait(false);
    }

    private static async Task RunParallelAsync(Setting setting, long items, Func<T, CancellationToken, ValueTask> handler)
    {
        Channel<T> channel = RawChannel<T>.Create(setting);
        Task consume = Parallel.ForEachAsync(
            channel.Reader.ReadAllAsync(), new ParallelOptions { MaxDegreeOfParallelism = setting.Consumers }, handler);
        await Produce(setting, items, share => RawChannel<T>.WriteAllAsync(channel.Writer, share)).ConfigureAwait(false);
        channel.Writer.Complete();
        await consume.ConfigureAwait(false);
    }

    private static async Task RunBlockingAsync(Setting setting, long items, Func<T, CancellationToken, ValueTask> handler)
    {
        using BlockingCollection<T> queue = new(setting.Capacity);
        Task[] consumers =
        [
            .. Enumerable.Range(0, setting.Consumers).Select(_ => OnThread(() =>
            {
                foreach (T item in queue.GetConsumingEnumerable())
                {
                    handler(item, CancellationToken.None).AsTask().GetAwaiter().GetResult();
                }
            })),
        ];
        await Task.WhenAll(Enumerable.Range(0, setting.Producers).Select(producer => OnThread(() =>
        {
            foreach (T item in setting.Share<T>(producer, items))
            {
                queue.Add(item);
            }
        }))).ConfigureAwait(false);
        queue.CompleteAdding();
        await Task.WhenAll(consumers).ConfigureAwait(false);
    }

    private static async Task RunAkkaAsync(Setting setting, long items, Func<T, CancellationToken, ValueTask> handler)
    {
        Channel<T> channel = RawChannel<T>.Create(setting);
        Task consume = ChannelSource.FromReader(channel.Reader)
            .SelectAsyncUnordered(setting.Consumers, async item =>
            {
                await handler(item, CancellationToken.None).ConfigureAwait(false);
                return NotUsed.Instance;
            })
            .RunWith(Sink.Ignore<NotUsed>(), Akka);
        await Produce(setting, items, share => RawChannel<T>.WriteAllAsync(channel.Writer, share)).ConfigureAwait(false);
        channel.Writer.Complete();
        await consume.ConfigureAwait(false);
    }

    private static Task Produce(Setting setting, long items, Func<IEnumerable<T>, Task> produce) =>
        Task.WhenAll(Enumerable.Range(0, setting.Producers).Select(
            producer => Task.Run(() => produce(setting.Share<T>(producer, items)))));

    private static Task OnThread(Action action) => Task.Factory.StartNew(
        action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
