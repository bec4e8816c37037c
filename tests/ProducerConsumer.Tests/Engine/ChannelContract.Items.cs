using System.Threading.Channels;

namespace ProducerConsumer.Tests;

public abstract partial class ChannelContract
{
    [GuardedTheory]
    [MemberData(nameof(Bounds))]
    public async Task Items_OneWriterOneReader_KeepTheirOrder(int capacity)
    {
        Channel<int> channel = Create<int>(capacity);
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; i < 2_000; i++)
            {
                await channel.Writer.WriteAsync(i);
            }

            channel.Writer.Complete();
        });
        List<int> read = [];
        await foreach (int item in channel.Reader.ReadAllAsync())
        {
            read.Add(item);
        }

        await writing;
        read.Should().Equal(Enumerable.Range(0, 2_000));
    }

    [GuardedTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(100)]
    public async Task Items_FilledAndEmptiedToEveryLevel_KeepTheirOrder(int capacity)
    {
        Channel<int> channel = Create<int>(capacity);
        int written = 0;
        int read = 0;
        for (int level = 1; level <= capacity; level++)
        {
            for (int i = 0; i < level; i++)
            {
                channel.Writer.TryWrite(written++).Should().BeTrue();
            }

            channel.Reader.Count.Should().Be(level);
            for (int i = 0; i < level; i++)
            {
                (await channel.Reader.ReadAsync()).Should().Be(read++);
            }
        }

        channel.Reader.TryRead(out _).Should().BeFalse();
    }

    [GuardedTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(16)]
    [InlineData(50)]
    public async Task TryWrite_UpToTheCapacity_SucceedsAndThenFails(int capacity)
    {
        Channel<int> channel = Create<int>(capacity);
        for (int i = 0; i < capacity; i++)
        {
            channel.Writer.TryWrite(i).Should().BeTrue();
        }

        channel.Writer.TryWrite(-1).Should().BeFalse();
        (await channel.Reader.ReadAsync()).Should().Be(0);
        channel.Writer.TryWrite(capacity).Should().BeTrue();
        channel.Writer.TryWrite(-1).Should().BeFalse();
        ReadAll(channel).Should().Equal(Enumerable.Range(1, capacity));
    }

    [GuardedFact]
    public async Task TryWrite_HugeBound_IsNotFull()
    {
        Channel<int> channel = Create<int>(int.MaxValue);
        for (int i = 0; i < 10_000; i++)
        {
            channel.Writer.TryWrite(i).Should().BeTrue();
        }

        channel.Reader.Count.Should().Be(10_000);
        (await channel.Writer.WaitToWriteAsync()).Should().BeTrue();
        ReadAll(channel).Should().Equal(Enumerable.Range(0, 10_000));
    }

    [GuardedFact]
    public async Task TryRead_Empty_IsFalseAndGivesTheDefault()
    {
        Channel<int> channel = Create<int>(1);
        int item = 7;
        await Task.Run(() => channel.Reader.TryRead(out item).Should().BeFalse());
        item.Should().Be(0);
    }

    [GuardedFact]
    public async Task TryPeek_Items_GivesTheOldestAndKeepsIt()
    {
        Channel<int> channel = Create<int>(2);
        channel.Reader.CanPeek.Should().BeTrue();
        channel.Reader.TryPeek(out int item).Should().BeFalse();
        item.Should().Be(0);
        await channel.Writer.WriteAsync(5);
        await channel.Writer.WriteAsync(6);
        channel.Reader.TryPeek(out item).Should().BeTrue();
        item.Should().Be(5);
        channel.Reader.TryPeek(out item).Should().BeTrue();
        item.Should().Be(5);
        ReadAll(channel).Should().Equal(5, 6);
        channel.Reader.TryPeek(out _).Should().BeFalse();
    }

    [GuardedFact]
    public async Task Count_WritesAndReads_FollowsThem()
    {
        Channel<int> channel = Create<int>(2);
        channel.Reader.CanCount.Should().BeTrue();
        channel.Reader.Count.Should().Be(0);
        await channel.Writer.WriteAsync(1);
        channel.Reader.Count.Should().Be(1);
        await channel.Writer.WriteAsync(2);
        Task parked = channel.Writer.WriteAsync(3).AsTask();
        channel.Reader.Count.Should().Be(2, "an item that waits with its writer is not in the channel");
        ReadAll(channel).Should().Equal(1, 2, 3);
        channel.Reader.Count.Should().Be(0);
        await parked;
    }

    [GuardedFact]
    public async Task Items_NullAndDefault_AreOrdinaryItems()
    {
        Channel<string?> texts = Create<string?>(4);
        Task<string?> parked = texts.Reader.ReadAsync().AsTask();
        texts.Writer.TryWrite(null).Should().BeTrue();
        (await parked).Should().BeNull();
        await texts.Writer.WriteAsync(null);
        await texts.Writer.WriteAsync("a");
        await texts.Writer.WriteAsync(null);
        texts.Reader.TryPeek(out string? peeked).Should().BeTrue();
        peeked.Should().BeNull();
        texts.Reader.Count.Should().Be(3);
        texts.Writer.Complete();
        List<string?> read = [];
        await foreach (string? text in texts.Reader.ReadAllAsync())
        {
            read.Add(text);
        }

        read.Should().Equal(null, "a", null);

        Channel<int> numbers = Create<int>(1);
        await numbers.Writer.WriteAsync(0);
        Task write = numbers.Writer.WriteAsync(0).AsTask();
        (await numbers.Reader.ReadAsync()).Should().Be(0);
        await write;
        ReadAll(numbers).Should().Equal(0);
    }

    [GuardedFact]
    public async Task Items_ManyWritersAndReaders_AreEachReadOnce()
    {
        Channel<int> channel = Create<int>(3);
        Task[] writers = [.. Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (int i = 0; i < 1_000; i++)
            {
                await channel.Writer.WriteAsync((writer * 1_000) + i);
            }
        }))];
        Task<List<int>>[] readers = [.. Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            List<int> read = [];
            await foreach (int item in channel.Reader.ReadAllAsync())
            {
                read.Add(item);
            }

            return read;
        }))];
        await Task.WhenAll(writers);
        channel.Writer.Complete();
        List<int>[] read = await Task.WhenAll(readers);
        read.SelectMany(items => items).Order().Should().Equal(Enumerable.Range(0, 8_000));
        foreach (List<int> items in read)
        {
            foreach (IGrouping<int, int> ofOneWriter in items.GroupBy(item => item / 1_000))
            {
                ofOneWriter.Should().BeInAscendingOrder("no reader sees the items of one writer out of order");
            }
        }
    }
}
