using System.Threading.Channels;

namespace ProducerConsumer.Benchmarks;

/// <summary>The in-box bounded channel with the three idioms of reading.</summary>
internal static class ChannelHandOffs
{
    public static IEnumerable<HandOff> All =>
    [
        new("channel: ReadAsync", Role.Peer, (consumers, receiver) => Open(consumers, reader => ReadAsync(reader, receiver))),
        new("channel: ReadAllAsync", Role.Peer, (consumers, receiver) => Open(consumers, reader => ReadAllAsync(reader, receiver))),
        new("channel: WaitToRead + TryRead", Role.Peer, (consumers, receiver) =>
            Open(consumers, reader => WaitAndReadAsync(reader, receiver))),
    ];

    /// <summary>Each consumer runs up to its first wait before the next begins.</summary>
    private static OpenHandOff Open(int consumers, Func<ChannelReader<ValueItem>, Task> consume)
    {
        Channel<ValueItem> channel = RawChannel<ValueItem>.Create(new Setting(1, consumers, OpenHandOff.Capacity));
        Task[] tasks = [.. Enumerable.Range(0, consumers).Select(_ => consume(channel.Reader))];
        return new OpenHandOff(
            item => channel.Writer.WriteAsync(item),
            async () =>
            {
                channel.Writer.Complete();
                await Task.WhenAll(tasks);
            });
    }

    private static async Task ReadAsync(ChannelReader<ValueItem> reader, Receiver receiver)
    {
        try
        {
            while (true)
            {
                await receiver.HandleAsync(await reader.ReadAsync(), CancellationToken.None);
            }
        }
        catch (ChannelClosedException)
        {
            // The end of this idiom.
        }
    }

    private static async Task ReadAllAsync(ChannelReader<ValueItem> reader, Receiver receiver)
    {
        await foreach (ValueItem item in reader.ReadAllAsync())
        {
            await receiver.HandleAsync(item, CancellationToken.None);
        }
    }

    private static async Task WaitAndReadAsync(ChannelReader<ValueItem> reader, Receiver receiver)
    {
        while (await reader.WaitToReadAsync())
        {
            while (reader.TryRead(out ValueItem item))
            {
                await receiver.HandleAsync(item, CancellationToken.None);
            }
        }
    }
}
