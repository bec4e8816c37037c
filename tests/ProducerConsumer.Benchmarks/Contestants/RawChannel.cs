using System.Threading.Channels;

namespace ProducerConsumer.Benchmarks;

/// <summary>
/// The in-box bounded channel in its three idioms, with the single-reader and single-writer hints where they are true.
/// </summary>
internal static class RawChannel<T>
    where T : IItem<T>
{
    public static IEnumerable<Contestant<T>> All =>
    [
        new("channel: WriteAsync, ReadAllAsync", Role.Peer, (setting, items, handler) =>
            RunAsync(setting, items, (writer, share) => WriteAllAsync(writer, share), reader => ReadAllAsync(reader, handler))),
        new("channel: WriteAsync, WaitToRead + TryRead", Role.Peer, (setting, items, handler) =>
            RunAsync(setting, items, (writer, share) => WriteAllAsync(writer, share), reader => ReadManyAsync(reader, handler))),
        new("channel: WaitToWrite + TryWrite, WaitToRead + TryRead", Role.Peer, (setting, items, handler) =>
            RunAsync(setting, items, (writer, share) => WriteManyAsync(writer, share), reader => ReadManyAsync(reader, handler))),
    ];

    public static Channel<T> Create(Setting setting) => Channel.CreateBounded<T>(new BoundedChannelOptions(setting.Capacity)
    {
        SingleReader = setting.Consumers == 1,
        SingleWriter = setting.Producers == 1,
    });

    public static async Task WriteAllAsync(ChannelWriter<T> writer, IEnumerable<T> share)
    {
        foreach (T item in share)
        {
            await writer.WriteAsync(item).ConfigureAwait(false);
        }
    }

    public static async Task ReadAllAsync(ChannelReader<T> reader, Func<T, CancellationToken, ValueTask> handler)
    {
        await foreach (T item in reader.ReadAllAsync().ConfigureAwait(false))
        {
            await handler(item, CancellationToken.None).ConfigureAwait(false);
        }
    }

    public static async Task ReadManyAsync(ChannelReader<T> reader, Func<T, CancellationToken, ValueTask> handler)
    {
        while (await reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (reader.TryRead(out T? item))
            {
                await handler(item, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private static async Task RunAsync(
        Setting setting, long items, Func<ChannelWriter<T>, IEnumerable<T>, Task> produce, Func<ChannelReader<T>, Task> consume)
    {
        Channel<T> channel = Create(setting);
        Task[] consumers = [.. Enumerable.Range(0, setting.Consumers).Select(_ => Task.Run(() => consume(channel.Reader)))];
        await Task.WhenAll(Enumerable.Range(0, setting.Producers).Select(
            producer => Task.Run(() => produce(channel.Writer, setting.Share<T>(producer, items))))).ConfigureAwait(false);
        channel.Writer.Complete();
        await Task.WhenAll(consumers).ConfigureAwait(false);
    }

    private static async Task WriteManyAsync(ChannelWriter<T> writer, IEnumerable<T> share)
    {
        foreach (T item in share)
        {
            while (!writer.TryWrite(item))
            {
                await writer.WaitToWriteAsync().ConfigureAwait(false);
            }
        }
    }
}
