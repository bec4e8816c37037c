using System.Collections.Concurrent;
using System.Threading.Channels;

namespace ProducerConsumer.Tests;

public abstract partial class ChannelContract
{
    [GuardedTheory]
    [InlineData(BoundedChannelFullMode.DropOldest, new[] { 3, 4 }, new[] { 1, 2 })]
    [InlineData(BoundedChannelFullMode.DropNewest, new[] { 1, 4 }, new[] { 2, 3 })]
    [InlineData(BoundedChannelFullMode.DropWrite, new[] { 1, 2 }, new[] { 3, 4 })]
    public async Task DropMode_FullChannel_KeepsAndDropsWhatItSays(BoundedChannelFullMode mode, int[] kept, int[] dropped)
    {
        foreach (bool asynchronous in new[] { false, true })
        {
            List<int> told = [];
            Channel<int> channel = Create<int>(2, mode, told.Add);
            for (int i = 1; i <= 4; i++)
            {
                if (asynchronous)
                {
                    ValueTask write = channel.Writer.WriteAsync(i);
                    write.IsCompletedSuccessfully.Should().BeTrue("a write never waits in a drop mode");
                    await write;
                }
                else
                {
                    channel.Writer.TryWrite(i).Should().BeTrue();
                }
            }

            told.Should().Equal(dropped);
            ReadAll(channel).Should().Equal(kept);
        }
    }

    [GuardedTheory]
    [MemberData(nameof(DropModes))]
    public async Task DropMode_CapacityOne_KeepsOneItem(BoundedChannelFullMode mode)
    {
        List<int> told = [];
        Channel<int> channel = Create<int>(1, mode, told.Add);
        await channel.Writer.WriteAsync(1);
        await channel.Writer.WriteAsync(2);
        bool keepsFirst = mode == BoundedChannelFullMode.DropWrite;
        told.Should().Equal(keepsFirst ? 2 : 1);
        (await channel.Reader.ReadAsync()).Should().Be(keepsFirst ? 1 : 2);
        channel.Reader.Count.Should().Be(0);
    }

    [GuardedTheory]
    [MemberData(nameof(DropModes))]
    public async Task DropMode_NoHandler_DropsSilently(BoundedChannelFullMode mode)
    {
        Channel<int> channel = Create<int>(1, mode);
        channel.Writer.TryWrite(1).Should().BeTrue();
        channel.Writer.TryWrite(2).Should().BeTrue();
        (await channel.Writer.WaitToWriteAsync()).Should().BeTrue("a full channel takes a write in a drop mode");
        ReadAll(channel).Should().HaveCount(1);
    }

    [GuardedTheory]
    [MemberData(nameof(DropModes))]
    public async Task DropMode_RoomOrParkedReader_DropsNothing(BoundedChannelFullMode mode)
    {
        List<int> told = [];
        Channel<int> channel = Create<int>(1, mode, told.Add);
        Task<int> parked = channel.Reader.ReadAsync().AsTask();
        await channel.Writer.WriteAsync(1);
        await channel.Writer.WriteAsync(2);
        (await parked).Should().Be(1);
        ReadAll(channel).Should().Equal(2);
        told.Should().BeEmpty();
    }

    [GuardedTheory]
    [MemberData(nameof(DropModes))]
    public async Task DropMode_EndedChannel_RefusesInsteadOfDropping(BoundedChannelFullMode mode)
    {
        List<int> told = [];
        Channel<int> channel = Create<int>(1, mode, told.Add);
        await channel.Writer.WriteAsync(1);
        channel.Writer.Complete();
        channel.Writer.TryWrite(2).Should().BeFalse();
        await ShouldBeClosedAsync(async () => await channel.Writer.WriteAsync(2), error: null);
        (await channel.Writer.WaitToWriteAsync()).Should().BeFalse();
        told.Should().BeEmpty();
        ReadAll(channel).Should().Equal(1);
    }

    [GuardedTheory]
    [MemberData(nameof(DropModes))]
    public async Task DropHandler_UsesTheSameChannel_FindsItFree(BoundedChannelFullMode mode)
    {
        List<int> told = [];
        List<int> readInside = [];
        Channel<int>? channel = null;
        channel = Create<int>(2, mode, dropped =>
        {
            told.Add(dropped);
            if (told.Count > 1)
            {
                return;
            }

            // From another thread, so that a lock that this thread held would not let it in.
            Task.Factory.StartNew(
                () =>
                {
                    channel!.Reader.Count.Should().Be(2);
                    channel.Reader.TryRead(out int item).Should().BeTrue();
                    readInside.Add(item);
                    channel.Writer.TryWrite(50).Should().BeTrue();
                    channel.Writer.TryWrite(51).Should().BeTrue("it drops one more and tells this handler");
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default).GetAwaiter().GetResult();
            channel!.Reader.TryRead(out int own).Should().BeTrue();
            readInside.Add(own);
        });
        await Task.Run(() =>
        {
            for (int i = 1; i <= 3; i++)
            {
                channel.Writer.TryWrite(i).Should().BeTrue();
            }
        });
        told.Should().HaveCount(2);
        IEnumerable<int> all = told.Concat(readInside).Concat(ReadAll(channel));
        all.Order().Should().Equal([1, 2, 3, 50, 51], "each item went one way");
    }

    [GuardedTheory]
    [MemberData(nameof(DropModes))]
    public async Task DropMode_ManyWritersAndReaders_KeptAndDroppedAreWhatWasWritten(BoundedChannelFullMode mode)
    {
        ConcurrentQueue<int> dropped = [];
        Channel<int> channel = Create<int>(2, mode, dropped.Enqueue);
        Task<List<int>>[] readers = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            List<int> read = [];
            await foreach (int item in channel.Reader.ReadAllAsync())
            {
                read.Add(item);
            }

            return read;
        }))];
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(() =>
        {
            for (int i = 0; i < 5_000; i++)
            {
                channel.Writer.TryWrite((writer * 5_000) + i).Should().BeTrue();
            }
        })));
        channel.Writer.Complete();
        List<int>[] read = await Task.WhenAll(readers);
        read.SelectMany(items => items).Concat(dropped).Order().Should().Equal(Enumerable.Range(0, 20_000));
    }
}
