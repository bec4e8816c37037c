using System.Threading.Channels;

namespace ProducerConsumer.Tests;

public sealed class BoundedBufferDeliverTests
{
    private readonly Edge _edge = new("producers");

    [GuardedFact]
    public async Task DeliverAsync_Room_IsInAtOnce()
    {
        BoundedBuffer<int> buffer = new(2);
        (await buffer.DeliverAsync(1, _edge)).Should().BeTrue();
        _edge.Accepted.Should().Be(1);
        buffer.Count.Should().Be(1);
        BoundedBufferCloseTests.ShouldBalance(buffer).Accepted.Should().Be(1);
    }

    [GuardedFact]
    public async Task DeliverAsync_Parked_IsAcceptedAlready()
    {
        BoundedBuffer<int> buffer = new(1);
        buffer.TryWrite(1, _edge).Should().BeTrue();
        Task<bool> parked = buffer.DeliverAsync(2, _edge).AsTask();
        Task refusable = buffer.WriteAsync(3, _edge, CancellationToken.None).AsTask();
        parked.IsCompleted.Should().BeFalse();
        _edge.Accepted.Should().Be(2, "a parked write is accepted only when it is in");
        StageBooks books = BoundedBufferCloseTests.ShouldBalance(buffer);
        books.Accepted.Should().Be(2);
        books.Waiting.Should().Be(2, "what was accepted and not started waits");
        buffer.Count.Should().Be(1);

        (await buffer.Reader.ReadAsync()).Should().Be(1);
        (await parked).Should().BeTrue();
        (await buffer.Reader.ReadAsync()).Should().Be(2);
        await refusable;
        (await buffer.Reader.ReadAsync()).Should().Be(3);
        _edge.Accepted.Should().Be(3);
        BoundedBufferCloseTests.ShouldBalance(buffer).Completed.Should().Be(3);
    }

    [GuardedFact]
    public async Task DeliverAsync_ParkedWhenTheInputEnds_StillComesIn()
    {
        BoundedBuffer<int> buffer = new(1);
        buffer.TryWrite(1, _edge).Should().BeTrue();
        Task refused = buffer.WriteAsync(2, _edge, CancellationToken.None).AsTask();
        Task<bool> parked = buffer.DeliverAsync(3, _edge).AsTask();
        Task<bool> parkedToo = buffer.DeliverAsync(4, _edge).AsTask();
        buffer.TryComplete().Should().BeTrue();
        Func<Task> write = () => refused;
        await write.Should().ThrowAsync<ChannelClosedException>();
        parked.IsCompleted.Should().BeFalse();
        BoundedBufferCloseTests.ShouldBalance(buffer).Waiting.Should().Be(3);

        (await buffer.Reader.ReadAsync()).Should().Be(1);
        (await parked).Should().BeTrue();
        (await buffer.Reader.ReadAsync()).Should().Be(3);
        buffer.Reader.Completion.IsCompleted.Should().BeFalse("an item is left");
        (await parkedToo).Should().BeTrue();
        (await buffer.Reader.ReadAsync()).Should().Be(4);
        buffer.Reader.Completion.IsCompletedSuccessfully.Should().BeTrue();
        _edge.Accepted.Should().Be(3);
        BoundedBufferCloseTests.ShouldBalance(buffer).Completed.Should().Be(3);
    }

    [GuardedFact]
    public async Task DeliverAsync_ParkedWhenTheBufferCloses_IsHandedBackBehindTheContents()
    {
        BoundedBuffer<int> buffer = new(2);
        buffer.TryWrite(1, _edge);
        buffer.TryWrite(2, _edge);
        Task refused = buffer.WriteAsync(3, _edge, CancellationToken.None).AsTask();
        Task<bool>[] parked = [buffer.DeliverAsync(4, _edge).AsTask(), buffer.DeliverAsync(5, _edge).AsTask()];
        buffer.Close(error: null);
        (await Task.WhenAll(parked)).Should().Equal(false, false);
        Func<Task> write = () => refused;
        await write.Should().ThrowAsync<ChannelClosedException>();
        StageBooks books = BoundedBufferCloseTests.ShouldBalance(buffer);
        books.Undelivered.Select(item => item.Item).Should().Equal(1, 2, 4, 5);
        books.Waiting.Should().Be(0);
        books.Accepted.Should().Be(4);
        _edge.Accepted.Should().Be(4);
        buffer.Reader.Completion.IsCompletedSuccessfully.Should().BeTrue();
    }

    [GuardedFact]
    public async Task DeliverAsync_ParkedWhenTheBufferClosesAfterItsInputEnded_IsHandedBack()
    {
        BoundedBuffer<int> buffer = new(1);
        buffer.TryWrite(1, _edge);
        Task<bool> parked = buffer.DeliverAsync(2, _edge).AsTask();
        buffer.TryComplete();
        buffer.Close(error: null);
        (await parked).Should().BeFalse();
        BoundedBufferCloseTests.ShouldBalance(buffer).Undelivered.Select(item => item.Item).Should().Equal(1, 2);
        buffer.Reader.Completion.IsCompletedSuccessfully.Should().BeTrue();
    }

    [GuardedTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task DeliverAsync_AfterTheEnd_IsCountedAndHandedBack(bool closed)
    {
        BoundedBuffer<int> buffer = new(2);
        buffer.TryWrite(1, _edge);
        if (closed)
        {
            buffer.Close(new InvalidOperationException("fault"));
        }
        else
        {
            buffer.TryComplete();
        }

        ValueTask<bool> delivery = buffer.DeliverAsync(2, _edge);
        delivery.IsCompletedSuccessfully.Should().BeTrue();
        (await delivery).Should().BeFalse();
        _edge.Accepted.Should().Be(2);
        StageBooks books = BoundedBufferCloseTests.ShouldBalance(buffer);
        books.Accepted.Should().Be(2);
        books.Undelivered[^1].Item.Should().Be(2);
        books.Undelivered.Should().HaveCount(closed ? 2 : 1);
    }

    [GuardedFact]
    public async Task DeliverAsync_ParkedReader_GoesStraightToIt()
    {
        BoundedBuffer<int> buffer = new(1);
        Task<int> read = buffer.Reader.ReadAsync().AsTask();
        (await buffer.DeliverAsync(7, _edge)).Should().BeTrue();
        (await read).Should().Be(7);
        BoundedBufferCloseTests.ShouldBalance(buffer).Completed.Should().Be(1);
    }

    [GuardedTheory]
    [InlineData(BoundedChannelFullMode.DropNewest)]
    [InlineData(BoundedChannelFullMode.DropOldest)]
    [InlineData(BoundedChannelFullMode.DropWrite)]
    public async Task Books_DropModes_CountEveryDrop(BoundedChannelFullMode mode)
    {
        List<int> dropped = [];
        BoundedBuffer<int> buffer = new(2, mode, dropped.Add);
        for (int i = 0; i < 5; i++)
        {
            (await buffer.DeliverAsync(i, _edge)).Should().BeTrue();
        }

        buffer.TryWrite(5, _edge).Should().BeTrue();
        StageBooks books = BoundedBufferCloseTests.ShouldBalance(buffer);
        books.Accepted.Should().Be(6);
        books.Dropped.Should().Be(4).And.Be(dropped.Count);
        books.Waiting.Should().Be(2);
        _edge.Accepted.Should().Be(6);
    }

    [GuardedFact]
    public async Task IsIdle_ItemsParkedWritesAndNothing_TellsThemApart()
    {
        BoundedBuffer<int> buffer = new(1);
        buffer.IsIdle.Should().BeTrue();
        buffer.TryWrite(1, _edge);
        buffer.IsIdle.Should().BeFalse();
        Task<bool> parked = buffer.DeliverAsync(2, _edge).AsTask();
        buffer.TryRead(out _);
        buffer.IsIdle.Should().BeFalse();
        (await parked).Should().BeTrue();
        buffer.TryRead(out _);
        buffer.IsIdle.Should().BeTrue();
    }
}
