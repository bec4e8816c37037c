using System.Threading.Channels;

namespace ProducerConsumer.ExplorationTests;

/// <summary>The parts that scenarios are made of: reads and writes that run beside their caller.</summary>
internal static class Traffic
{
    /// <summary>Writes a row of numbers.</summary>
    public static Task WriteAsync(ChannelWriter<int> writer, int first, int count) => Task.Run(async () =>
    {
        for (int item = first; item < first + count; item++)
        {
            await writer.WriteAsync(item);
        }
    });

    /// <summary>Writes a row of numbers, as far as the end or the token lets it, and returns how many were accepted.</summary>
    public static Task<int> WriteToEndAsync(ChannelWriter<int> writer, int first, int count, CancellationToken token = default) => Task.Run(async () =>
    {
        int accepted = 0;
        try
        {
            while (accepted < count)
            {
                await writer.WriteAsync(first + accepted, token);
                accepted++;
            }
        }
        catch (Exception error) when (error is ChannelClosedException || (error is OperationCanceledException && token.IsCancellationRequested))
        {
            // The item of this write is not in.
        }

        return accepted;
    });

    /// <summary>Reads so many items.</summary>
    public static Task<List<int>> ReadAsync(ChannelReader<int> reader, int count) => Task.Run(async () =>
    {
        List<int> read = [];
        while (read.Count < count)
        {
            read.Add(await reader.ReadAsync());
        }

        return read;
    });

    /// <summary>Reads until the end or the token stops it.</summary>
    public static Task<List<int>> ReadToEndAsync(ChannelReader<int> reader, CancellationToken token = default) => Task.Run(async () =>
    {
        List<int> read = [];
        try
        {
            while (true)
            {
                read.Add(await reader.ReadAsync(token));
            }
        }
        catch (Exception error) when (error is ChannelClosedException || (error is OperationCanceledException && token.IsCancellationRequested))
        {
            return read;
        }
    });

    /// <summary>Everything that came in was read or handed back, and the books say so.</summary>
    public static void ShouldBeDoneWith(this BoundedBuffer<int> buffer, long completed)
    {
        StageBooks books = buffer.ReadBooks("buffer");
        books.Completed.Should().Be(completed);
        books.Accepted.Should().Be(books.Completed + books.Undelivered.Length);
        (books.Waiting, books.InFlight, buffer.Count).Should().Be((0, 0, 0));
    }
}
