using System.Threading.Channels;

namespace ProducerConsumer.Tests;

public abstract partial class ChannelContract
{
    [GuardedFact]
    public async Task TryComplete_Twice_IsFalseAndKeepsTheFirstEnding()
    {
        Channel<int> channel = Create<int>(1);
        channel.Writer.TryComplete().Should().BeTrue();
        channel.Writer.TryComplete(new InvalidOperationException("late")).Should().BeFalse();
        await channel.Reader.Completion;
        (await channel.Reader.WaitToReadAsync()).Should().BeFalse();
        (await channel.Writer.WaitToWriteAsync()).Should().BeFalse();
    }

    [GuardedFact]
    public async Task Complete_Twice_Throws()
    {
        Channel<int> channel = Create<int>(1);
        channel.Writer.Complete();
        Action again = () => channel.Writer.Complete();
        again.Should().Throw<ChannelClosedException>();
        await channel.Reader.Completion;
    }

    [GuardedFact]
    public async Task TryComplete_RacingCallers_OneWins()
    {
        for (int round = 0; round < 200; round++)
        {
            Channel<int> channel = Create<int>(1);
            using Barrier start = new(4);
            bool[] won = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    return channel.Writer.TryComplete();
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)));
            won.Count(first => first).Should().Be(1);
        }
    }

    [GuardedTheory]
    [MemberData(nameof(Endings))]
    public async Task Completion_ItemsThere_WaitsForTheLastRead(Ending ending)
    {
        Exception? error = ErrorOf(ending);
        Channel<int> channel = Create<int>(4);
        await channel.Writer.WriteAsync(1);
        await channel.Writer.WriteAsync(2);
        await channel.Writer.WriteAsync(3);
        channel.Reader.Completion.IsCompleted.Should().BeFalse();
        channel.Writer.Complete(error);
        channel.Writer.TryWrite(4).Should().BeFalse();
        channel.Reader.Count.Should().Be(3);
        (await channel.Reader.WaitToReadAsync()).Should().BeTrue();
        (await channel.Reader.ReadAsync()).Should().Be(1);
        channel.Reader.TryPeek(out int peeked).Should().BeTrue();
        peeked.Should().Be(2);
        channel.Reader.TryRead(out _).Should().BeTrue();
        channel.Reader.Completion.IsCompleted.Should().BeFalse("an item is left");
        channel.Reader.TryRead(out int last).Should().BeTrue();
        last.Should().Be(3);
        await ShouldHaveEndedAsync(channel, error);
    }

    [GuardedTheory]
    [MemberData(nameof(Endings))]
    public async Task Completion_EmptyChannel_EndsAtOnce(Ending ending)
    {
        Exception? error = ErrorOf(ending);
        Channel<int> channel = Create<int>(4);
        channel.Writer.TryComplete(error).Should().BeTrue();
        await ShouldHaveEndedAsync(channel, error);
    }

    [GuardedFact]
    public async Task Completion_CancellationWithToken_CarriesTheToken()
    {
        using CancellationTokenSource source = new();
        await source.CancelAsync();
        Channel<int> channel = Create<int>(1);
        channel.Writer.Complete(new OperationCanceledException(source.Token));
        Func<Task> completion = () => channel.Reader.Completion;
        (await completion.Should().ThrowAsync<OperationCanceledException>())
            .Which.CancellationToken.Should().Be(source.Token);
        Func<Task> read = async () => await channel.Reader.ReadAsync(CancellationToken.None);
        (await read.Should().ThrowAsync<OperationCanceledException>())
            .Which.CancellationToken.Should().Be(source.Token);
    }

    [GuardedTheory]
    [MemberData(nameof(Endings))]
    public async Task Complete_ParkedReads_EndWithTheEnding(Ending ending)
    {
        Exception? error = ErrorOf(ending);
        Channel<int> channel = Create<int>(1);
        Task<int>[] reads = [.. Enumerable.Range(0, 3).Select(_ => channel.Reader.ReadAsync().AsTask())];
        Task<bool>[] watches = [.. Enumerable.Range(0, 3).Select(_ => channel.Reader.WaitToReadAsync().AsTask())];
        channel.Writer.Complete(error);
        foreach (Task<int> read in reads)
        {
            await ShouldBeClosedAsync(() => read, error);
        }

        foreach (Task<bool> watch in watches)
        {
            await ShouldBeRefusedAsync(() => watch, error);
        }

        await ShouldHaveEndedAsync(channel, error);
    }

    [GuardedTheory]
    [MemberData(nameof(Endings))]
    public async Task Complete_ParkedWrites_AreRefused(Ending ending)
    {
        Exception? error = ErrorOf(ending);
        Channel<int> channel = Create<int>(1);
        await channel.Writer.WriteAsync(1);
        Task[] writes = [.. Enumerable.Range(2, 3).Select(i => channel.Writer.WriteAsync(i).AsTask())];
        Task<bool>[] watches = [.. Enumerable.Range(0, 3).Select(_ => channel.Writer.WaitToWriteAsync().AsTask())];
        channel.Writer.Complete(error);
        foreach (Task write in writes)
        {
            await ShouldBeClosedAsync(() => write, error);
        }

        foreach (Task<bool> watch in watches)
        {
            await ShouldBeRefusedAsync(() => watch, error);
        }

        ReadAll(channel).Should().Equal([1], "a refused item is not in the channel");
        await ShouldHaveEndedAsync(channel, error);
    }

    [GuardedFact]
    public async Task Complete_Error_EndsReadAllAsyncWithItBehindTheItems()
    {
        Channel<int> channel = Create<int>(4);
        InvalidOperationException error = new("the end");
        await channel.Writer.WriteAsync(1);
        await channel.Writer.WriteAsync(2);
        channel.Writer.Complete(error);
        List<int> read = [];
        Func<Task> act = async () =>
        {
            await foreach (int item in channel.Reader.ReadAllAsync())
            {
                read.Add(item);
            }
        };
        (await act.Should().ThrowAsync<InvalidOperationException>()).Which.Should().BeSameAs(error);
        read.Should().Equal(1, 2);
    }

    /// <summary>Asserts everything that an ended and emptied channel shows.</summary>
    private static async Task ShouldHaveEndedAsync(Channel<int> channel, Exception? error)
    {
        Task completion = channel.Reader.Completion;
        completion.Status.Should().Be(error switch
        {
            null => TaskStatus.RanToCompletion,
            OperationCanceledException => TaskStatus.Canceled,
            _ => TaskStatus.Faulted,
        });
        if (completion.IsFaulted)
        {
            completion.Exception!.InnerExceptions.Should().ContainSingle().Which.Should().BeSameAs(error);
        }

        channel.Reader.Count.Should().Be(0);
        channel.Reader.TryRead(out _).Should().BeFalse();
        channel.Reader.TryPeek(out _).Should().BeFalse();
        channel.Writer.TryWrite(9).Should().BeFalse();
        channel.Writer.TryComplete().Should().BeFalse();
        await ShouldBeClosedAsync(async () => await channel.Reader.ReadAsync(), error);
        await ShouldBeClosedAsync(async () => await channel.Writer.WriteAsync(9), error);
        await ShouldBeRefusedAsync(async () => await channel.Reader.WaitToReadAsync(), error);
        await ShouldBeRefusedAsync(async () => await channel.Writer.WaitToWriteAsync(), error);
    }
}
