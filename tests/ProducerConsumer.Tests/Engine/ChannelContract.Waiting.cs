using System.Threading.Channels;

namespace ProducerConsumer.Tests;

public abstract partial class ChannelContract
{
    [GuardedTheory]
    [MemberData(nameof(Waits))]
    public async Task Wait_ChanceThere_CompletesAtOnce(Wait wait)
    {
        Channel<int> channel = CreateBlocking(wait);
        Release(channel, wait);
        Task<object?> waiting = BeginAsync(channel, wait);
        waiting.IsCompletedSuccessfully.Should().BeTrue();
        (await waiting).Should().Be(wait switch { Wait.Read => 1, Wait.Write => null, _ => true });
    }

    [GuardedTheory]
    [MemberData(nameof(Waits))]
    public async Task Wait_NoChance_ParksUntilThereIsOne(Wait wait)
    {
        Channel<int> channel = CreateBlocking(wait);
        Task<object?> waiting = BeginAsync(channel, wait);
        waiting.IsCompleted.Should().BeFalse();
        Release(channel, wait);
        (await waiting).Should().Be(wait switch { Wait.Read => 1, Wait.Write => null, _ => true });
        ReadAll(channel).Should().Equal(wait switch { Wait.WaitToRead => [1], Wait.Write => [100], _ => Array.Empty<int>() });
    }

    [GuardedFact]
    public async Task ReadAsync_SeveralParked_EachGetsItsOwnItemInOrder()
    {
        Channel<int> channel = Create<int>(2);
        Task<int>[] reads = [.. Enumerable.Range(0, 6).Select(_ => channel.Reader.ReadAsync().AsTask())];
        for (int i = 0; i < reads.Length; i++)
        {
            channel.Writer.TryWrite(i).Should().BeTrue();
            (await reads[i]).Should().Be(i);
            channel.Reader.Count.Should().Be(0, "the item went straight to its reader");
            reads.Count(read => read.IsCompleted).Should().Be(i + 1, "one item ends one read");
        }
    }

    [GuardedFact]
    public async Task ReadAsync_Parked_GetsTheItemBeforeANewcomer()
    {
        Channel<int> channel = Create<int>(4);
        Task<int> parked = channel.Reader.ReadAsync().AsTask();
        await channel.Writer.WriteAsync(1);
        channel.Reader.TryRead(out _).Should().BeFalse();
        channel.Reader.TryPeek(out _).Should().BeFalse();
        (await parked).Should().Be(1);
    }

    [GuardedFact]
    public async Task WaitToReadAsync_SeveralParked_AllWake()
    {
        Channel<int> channel = Create<int>(2);
        Task<bool>[] watches = [.. Enumerable.Range(0, 5).Select(_ => channel.Reader.WaitToReadAsync().AsTask())];
        watches.Should().OnlyContain(watch => !watch.IsCompleted);
        await channel.Writer.WriteAsync(1);
        (await Task.WhenAll(watches)).Should().OnlyContain(woken => woken);
        ReadAll(channel).Should().Equal(1);
        BeginAsync(channel, Wait.WaitToRead).IsCompleted.Should().BeFalse("a wake-up is a chance and not a promise");
    }

    [GuardedFact]
    public async Task WaitToReadAsync_ItemWentToAParkedRead_WaitsOn()
    {
        Channel<int> channel = Create<int>(2);
        Task<bool> watch = channel.Reader.WaitToReadAsync().AsTask();
        Task<int> read = channel.Reader.ReadAsync().AsTask();
        await channel.Writer.WriteAsync(1);
        (await read).Should().Be(1);
        watch.IsCompleted.Should().BeFalse();
        await channel.Writer.WriteAsync(2);
        (await watch).Should().BeTrue();
    }

    [GuardedTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(16)]
    public async Task WriteAsync_SeveralParked_AreAdmittedInOrderOnePerSlot(int capacity)
    {
        Channel<int> channel = Create<int>(capacity);
        Task[] writes = [.. Enumerable.Range(0, capacity + 5).Select(i => channel.Writer.WriteAsync(i).AsTask())];
        for (int i = 0; i < writes.Length; i++)
        {
            writes.Count(write => write.IsCompleted).Should().Be(Math.Min(capacity + i, writes.Length));
            (await channel.Reader.ReadAsync()).Should().Be(i);
            await writes[Math.Min(capacity + i, writes.Length - 1)];
        }

        channel.Reader.Count.Should().Be(0);
    }

    [GuardedFact]
    public async Task WriteAsync_Parked_IsAdmittedBeforeANewcomer()
    {
        Channel<int> channel = Create<int>(1);
        await channel.Writer.WriteAsync(1);
        Task parked = channel.Writer.WriteAsync(2).AsTask();
        channel.Reader.TryRead(out int item).Should().BeTrue();
        item.Should().Be(1);
        channel.Writer.TryWrite(3).Should().BeFalse("the slot was filled by the write that waited for it");
        await parked;
        ReadAll(channel).Should().Equal(2);
    }

    [GuardedFact]
    public async Task WaitToWriteAsync_SeveralParked_AllWake()
    {
        Channel<int> channel = CreateBlocking(Wait.WaitToWrite);
        Task<bool>[] watches = [.. Enumerable.Range(0, 5).Select(_ => channel.Writer.WaitToWriteAsync().AsTask())];
        watches.Should().OnlyContain(watch => !watch.IsCompleted);
        channel.Reader.TryRead(out _).Should().BeTrue();
        (await Task.WhenAll(watches)).Should().OnlyContain(woken => woken);
    }

    [GuardedFact]
    public async Task WaitToWriteAsync_SlotWentToAParkedWrite_WaitsOn()
    {
        Channel<int> channel = CreateBlocking(Wait.WaitToWrite);
        Task<bool> watch = channel.Writer.WaitToWriteAsync().AsTask();
        Task write = channel.Writer.WriteAsync(1).AsTask();
        channel.Reader.TryRead(out _).Should().BeTrue();
        await write;
        watch.IsCompleted.Should().BeFalse();
        channel.Reader.TryRead(out _).Should().BeTrue();
        (await watch).Should().BeTrue();
    }

    [GuardedTheory]
    [MemberData(nameof(Waits))]
    public async Task Wait_AwaitedOnlyAfterItEnded_GivesItsResult(Wait wait)
    {
        Channel<int> channel = CreateBlocking(wait);
        Func<ValueTask<object?>> awaitLater = wait switch
        {
            Wait.Read => Later(channel.Reader.ReadAsync()),
            Wait.WaitToRead => Later(channel.Reader.WaitToReadAsync()),
            Wait.Write => Later(channel.Writer.WriteAsync(100)),
            _ => Later(channel.Writer.WaitToWriteAsync()),
        };
        Release(channel, wait);
        ValueTask<object?> late = awaitLater();
        late.IsCompletedSuccessfully.Should().BeTrue("the call that gave the chance ended the wait");
        (await late).Should().Be(wait switch { Wait.Read => 1, Wait.Write => null, _ => true });
    }

    [GuardedTheory]
    [MemberData(nameof(Waits))]
    public async Task Wait_AsTask_GivesItsResult(Wait wait)
    {
        Channel<int> channel = CreateBlocking(wait);
        Task waiting = wait switch
        {
            Wait.Read => channel.Reader.ReadAsync().AsTask(),
            Wait.WaitToRead => channel.Reader.WaitToReadAsync().AsTask(),
            Wait.Write => channel.Writer.WriteAsync(100).AsTask(),
            _ => channel.Writer.WaitToWriteAsync().AsTask(),
        };
        waiting.IsCompleted.Should().BeFalse();
        Release(channel, wait);
        await waiting;
        object? result = waiting switch { Task<int> read => read.Result, Task<bool> watch => watch.Result, _ => null };
        result.Should().Be(wait switch { Wait.Read => 1, Wait.Write => null, _ => true });
    }

    [GuardedFact]
    public async Task ReadAllAsync_CompletedChannel_YieldsEverythingAndEnds()
    {
        Channel<int> channel = Create<int>(4);
        List<int> read = [];
        Task reading = Task.Run(async () =>
        {
            await foreach (int item in channel.Reader.ReadAllAsync())
            {
                read.Add(item);
            }
        });
        for (int i = 0; i < 100; i++)
        {
            await channel.Writer.WriteAsync(i);
        }

        reading.IsCompleted.Should().BeFalse();
        channel.Writer.Complete();
        await reading;
        read.Should().Equal(Enumerable.Range(0, 100));
    }

    [GuardedFact]
    public async Task ReadAllAsync_CancelledWhileParked_Throws()
    {
        Channel<int> channel = Create<int>(4);
        using CancellationTokenSource source = new();
        IAsyncEnumerator<int> items = channel.Reader.ReadAllAsync(source.Token).GetAsyncEnumerator(CancellationToken.None);
        Task<bool> next = items.MoveNextAsync().AsTask();
        await source.CancelAsync();
        Func<Task> act = () => next;
        await act.Should().ThrowAsync<OperationCanceledException>();
        await channel.Writer.WriteAsync(1, CancellationToken.None);
        ReadAll(channel).Should().Equal(1);
    }

    private static Func<ValueTask<object?>> Later<TResult>(ValueTask<TResult> wait) => async () => await wait;

    private static Func<ValueTask<object?>> Later(ValueTask wait) => async () =>
    {
        await wait;
        return null;
    };
}
