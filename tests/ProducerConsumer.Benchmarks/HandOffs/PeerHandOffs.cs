using System.Collections.Concurrent;
using System.Threading.Channels;
using System.Threading.Tasks.Dataflow;
using Akka;
using Akka.Streams;
using Akka.Streams.Dsl;

namespace ProducerConsumer.Benchmarks;

/// <summary>The other libraries. Dataflow and Akka keep no idle consumers; they are given the same degree of parallelism.</summary>
internal static class PeerHandOffs
{
    /// <summary>The most threads that a program would keep for this.</summary>
    private const int MostThreads = 64;

    public static IEnumerable<HandOff> All(int consumers)
    {
        yield return new("Dataflow: ActionBlock", Role.Peer, OpenDataflow);
        yield return new("Parallel.ForEachAsync over a channel", Role.Peer, OpenParallel) { OnDemand = true };
        yield return new("Akka.Streams", Role.Peer, OpenAkka);
        if (consumers <= MostThreads)
        {
            yield return new("BlockingCollection with threads", Role.Peer, OpenBlocking);
        }
    }

    private static OpenHandOff OpenDataflow(int consumers, Receiver receiver)
    {
        ActionBlock<ValueItem> block = new(
            item => Handled.AtOnce(receiver.HandleAsync(item, CancellationToken.None)),
            new ExecutionDataflowBlockOptions
            {
                BoundedCapacity = OpenHandOff.Capacity,
                MaxDegreeOfParallelism = consumers,
                EnsureOrdered = false,
                SingleProducerConstrained = true,
            });
        return new OpenHandOff(
            item => block.Post(item) ? default : new ValueTask(block.SendAsync(item)),
            () =>
            {
                block.Complete();
                return block.Completion;
            });
    }

    private static OpenHandOff OpenParallel(int consumers, Receiver receiver) => OverChannel(consumers, reader => Parallel.ForEachAsync(
        reader.ReadAllAsync(), new ParallelOptions { MaxDegreeOfParallelism = consumers }, receiver.HandleAsync));

    private static OpenHandOff OpenAkka(int consumers, Receiver receiver) => OverChannel(consumers, reader => ChannelSource.FromReader(reader)
        .SelectAsyncUnordered(consumers, async item =>
        {
            await receiver.HandleAsync(item, CancellationToken.None);
            return NotUsed.Instance;
        })
        .RunWith(Sink.Ignore<NotUsed>(), Peers<ValueItem>.Akka));

    private static OpenHandOff OverChannel(int consumers, Func<ChannelReader<ValueItem>, Task> consume)
    {
        Channel<ValueItem> channel = RawChannel<ValueItem>.Create(new Setting(1, consumers, OpenHandOff.Capacity));
        Task consumed = consume(channel.Reader);
        return new OpenHandOff(
            item => channel.Writer.WriteAsync(item),
            () =>
            {
                channel.Writer.Complete();
                return consumed;
            });
    }

    private static OpenHandOff OpenBlocking(int consumers, Receiver receiver)
    {
        BlockingCollection<ValueItem> queue = new(OpenHandOff.Capacity);
        Task[] threads =
        [
            .. Enumerable.Range(0, consumers).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    foreach (ValueItem item in queue.GetConsumingEnumerable())
                    {
                        Handled.AtOnce(receiver.HandleAsync(item, CancellationToken.None));
                    }
                },
                TaskCreationOptions.LongRunning)),
        ];
        return new OpenHandOff(
            item =>
            {
                queue.Add(item);
                return default;
            },
            async () =>
            {
                queue.CompleteAdding();
                await Task.WhenAll(threads);
                queue.Dispose();
            });
    }
}
