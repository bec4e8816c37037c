using System.Threading.Channels;

namespace ProducerConsumer.Tests;

public abstract partial class ChannelContract
{
    [GuardedTheory]
    [MemberData(nameof(Waits))]
    public async Task Wait_TokenAlreadyCancelled_IsCancelledAndHasNoEffect(Wait wait)
    {
        Channel<int> channel = CreateBlocking(wait);
        Release(channel, wait);
        int before = channel.Reader.Count;
        CancellationToken cancelled = new(canceled: true);
        Task<object?> waiting = BeginAsync(channel, wait, cancelled);
        waiting.IsCanceled.Should().BeTrue("also when there is a chance");
        await ShouldBeCancelledAsync(waiting, cancelled);
        channel.Reader.Count.Should().Be(before);
    }

    [GuardedTheory]
    [MemberData(nameof(Waits))]
    public async Task Wait_TokenAlreadyCancelledAndChannelEnded_IsCancelled(Wait wait)
    {
        Channel<int> channel = Create<int>(1);
        channel.Writer.Complete(new InvalidOperationException("the end"));
        CancellationToken cancelled = new(canceled: true);
        await ShouldBeCancelledAsync(BeginAsync(channel, wait, cancelled), cancelled);
    }

    [GuardedTheory]
    [MemberData(nameof(Waits))]
    public async Task Wait_CancelledWhileParked_EndsWithTheTokenAndLeavesTheChannelIntact(Wait wait)
    {
        Channel<int> channel = CreateBlocking(wait);
        using CancellationTokenSource source = new();
        Task<object?> waiting = BeginAsync(channel, wait, source.Token);
        await source.CancelAsync();
        await ShouldBeCancelledAsync(waiting, source.Token);
        Release(channel, wait);
        ReadAll(channel).Should().Equal(wait is Wait.Read or Wait.WaitToRead ? [1] : Array.Empty<int>());
        channel.Writer.TryWrite(3).Should().BeTrue();
        (await channel.Reader.ReadAsync(CancellationToken.None)).Should().Be(3);
    }

    [GuardedTheory]
    [MemberData(nameof(Waits))]
    public async Task Wait_CancelledAfterItEnded_KeepsItsResult(Wait wait)
    {
        Channel<int> channel = CreateBlocking(wait);
        using CancellationTokenSource source = new();
        Task<object?> waiting = BeginAsync(channel, wait, source.Token);
        Release(channel, wait);
        await source.CancelAsync();
        (await waiting).Should().Be(wait switch { Wait.Read => 1, Wait.Write => null, _ => true });
        ReadAll(channel).Should().Equal(wait switch { Wait.WaitToRead => [1], Wait.Write => [100], _ => Array.Empty<int>() });
    }

    [GuardedTheory]
    [MemberData(nameof(Waits))]
    public async Task Wait_CancelledAfterTheChannelEnded_KeepsTheEnding(Wait wait)
    {
        Channel<int> channel = CreateBlocking(wait);
        using CancellationTokenSource source = new();
        Task<object?> waiting = BeginAsync(channel, wait, source.Token);
        channel.Writer.Complete();
        await source.CancelAsync();
        if (wait is Wait.WaitToRead or Wait.WaitToWrite)
        {
            (await waiting).Should().Be(false);
        }
        else
        {
            await ShouldBeClosedAsync(() => waiting, error: null);
        }
    }

    [GuardedTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task ReadAsync_OneOfThreeParkedCancelled_OthersGetTheItemsInOrder(int cancelled)
    {
        Channel<int> channel = Create<int>(1);
        using CancellationTokenSource source = new();
        Task<int>[] reads = [.. Enumerable.Range(0, 3).Select(i =>
            channel.Reader.ReadAsync(i == cancelled ? source.Token : CancellationToken.None).AsTask())];
        await source.CancelAsync();
        await ShouldBeCancelledAsync(reads[cancelled], source.Token);
        Task<int>[] others = [.. reads.Where((_, i) => i != cancelled)];
        for (int i = 0; i < others.Length; i++)
        {
            await channel.Writer.WriteAsync(i, CancellationToken.None);
            (await others[i]).Should().Be(i);
        }

        channel.Writer.TryWrite(5).Should().BeTrue();
        ReadAll(channel).Should().Equal([5], "no reader is left");
    }

    [GuardedTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task WriteAsync_OneOfThreeParkedCancelled_OthersAreAdmittedInOrder(int cancelled)
    {
        Channel<int> channel = Create<int>(1);
        await channel.Writer.WriteAsync(-1, CancellationToken.None);
        using CancellationTokenSource source = new();
        Task[] writes = [.. Enumerable.Range(0, 3).Select(i =>
            channel.Writer.WriteAsync(i, i == cancelled ? source.Token : CancellationToken.None).AsTask())];
        await source.CancelAsync();
        await ShouldBeCancelledAsync(writes[cancelled], source.Token);
        List<int> read = ReadAll(channel);
        read.Should().Equal(Enumerable.Range(-1, 4).Where(i => i != cancelled));
        await Task.WhenAll(writes.Where((_, i) => i != cancelled));
    }

    [GuardedTheory]
    [MemberData(nameof(Waits))]
    public async Task Wait_OneTokenForManyParked_EndsThemAll(Wait wait)
    {
        Channel<int> channel = CreateBlocking(wait);
        using CancellationTokenSource source = new();
        Task<object?>[] waits = [.. Enumerable.Range(0, 20).Select(_ => BeginAsync(channel, wait, source.Token))];
        await source.CancelAsync();
        foreach (Task<object?> waiting in waits)
        {
            await ShouldBeCancelledAsync(waiting, source.Token);
        }

        Release(channel, wait);
        ReadAll(channel).Should().Equal(wait is Wait.Read or Wait.WaitToRead ? [1] : Array.Empty<int>());
    }

    [GuardedTheory]
    [MemberData(nameof(Waits))]
    public async Task Wait_TokenThatNeverFires_ChangesNothing(Wait wait)
    {
        Channel<int> channel = CreateBlocking(wait);
        using CancellationTokenSource source = new();
        Task<object?> waiting = BeginAsync(channel, wait, source.Token);
        waiting.IsCompleted.Should().BeFalse();
        Release(channel, wait);
        (await waiting).Should().Be(wait switch { Wait.Read => 1, Wait.Write => null, _ => true });
    }

    private static async Task ShouldBeCancelledAsync(Task waiting, CancellationToken token)
    {
        Func<Task> act = () => waiting;
        (await act.Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(token);
        waiting.IsCanceled.Should().BeTrue();
    }
}
