using System.Threading.Channels;

namespace ProducerConsumer.Tests;

public sealed class BoundedBufferCloseTests
{
    [GuardedFact]
    public async Task Close_WithContents_HandsThemBackOldestFirst()
    {
        BoundedBuffer<int> buffer = new(4);
        for (int i = 1; i <= 5; i++)
        {
            buffer.TryWrite(i);
        }

        (await buffer.Reader.ReadAsync()).Should().Be(1);
        buffer.TryWrite(6).Should().BeTrue();
        buffer.Close(error: null);
        StageBooks books = ShouldBalance(buffer);
        books.Undelivered.Select(item => item.Item).Should().Equal(2, 3, 4, 6);
        books.Undelivered.Should().OnlyContain(item => !item.Started && item.Attempts == 0);
        books.Accepted.Should().Be(5);
        books.Completed.Should().Be(1);
        books.Waiting.Should().Be(0);
        buffer.Count.Should().Be(0);
        buffer.TryRead(out _).Should().BeFalse();
        await buffer.Reader.Completion;
    }

    [GuardedFact]
    public async Task Close_NullAndReferenceItems_HandsBackTheSameObjects()
    {
        object item = new();
        BoundedBuffer<object?> buffer = new(4);
        buffer.TryWrite(item);
        buffer.TryWrite(null);
        buffer.Close(error: null);
        UndeliveredItem[] undelivered = ShouldBalance(buffer).Undelivered;
        undelivered.Should().HaveCount(2);
        undelivered[0].Item.Should().BeSameAs(item);
        undelivered[1].Item.Should().BeNull();
        await buffer.Reader.Completion;
    }

    [GuardedTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Close_ParkedReads_EndThemAll(bool faulted)
    {
        Exception? error = faulted ? new InvalidOperationException("the end") : null;
        BoundedBuffer<int> buffer = new(1);
        Task<int>[] reads = [.. Enumerable.Range(0, 3).Select(_ => buffer.Reader.ReadAsync().AsTask())];
        Task<bool>[] watches = [.. Enumerable.Range(0, 3).Select(_ => buffer.Reader.WaitToReadAsync().AsTask())];
        buffer.Close(error);
        await ShouldHaveEndedAsync(reads, watches, error);
        buffer.Reader.Completion.IsFaulted.Should().Be(faulted);
        ShouldBalance(buffer);
    }

    [GuardedTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Close_ParkedWrites_RefusesTheirItems(bool faulted)
    {
        Exception? error = faulted ? new InvalidOperationException("the end") : null;
        BoundedBuffer<int> buffer = new(1);
        buffer.TryWrite(1).Should().BeTrue();
        Task[] writes = [.. Enumerable.Range(2, 3).Select(i => buffer.Writer.WriteAsync(i).AsTask())];
        Task<bool>[] watches = [.. Enumerable.Range(0, 3).Select(_ => buffer.Writer.WaitToWriteAsync().AsTask())];
        buffer.Close(error);
        await ShouldHaveEndedAsync(writes, watches, error);
        StageBooks books = ShouldBalance(buffer);
        books.Accepted.Should().Be(1, "who was refused keeps the item");
        books.Undelivered.Select(item => item.Item).Should().Equal(1);
    }

    [GuardedFact]
    public async Task Close_AfterComplete_HandsBackWhatIsLeftAndKeepsTheFirstError()
    {
        InvalidOperationException first = new("first");
        BoundedBuffer<int> buffer = new(4);
        buffer.TryWrite(1);
        buffer.TryWrite(2);
        buffer.TryComplete(first).Should().BeTrue();
        buffer.Close(new InvalidOperationException("second"));
        ShouldBalance(buffer).Undelivered.Select(item => item.Item).Should().Equal(1, 2);
        Func<Task> completion = () => buffer.Reader.Completion;
        (await completion.Should().ThrowAsync<InvalidOperationException>()).Which.Should().BeSameAs(first);
    }

    [GuardedFact]
    public async Task Close_ItemsLeftByAnOrdinaryEnd_EndsWithItsError()
    {
        InvalidOperationException error = new("fault");
        BoundedBuffer<int> buffer = new(4);
        buffer.TryWrite(1);
        buffer.TryComplete().Should().BeTrue();
        buffer.Close(error);
        Func<Task> completion = () => buffer.Reader.Completion;
        (await completion.Should().ThrowAsync<InvalidOperationException>()).Which.Should().BeSameAs(error);
    }

    [GuardedFact]
    public async Task Close_AfterTheBufferHadFinished_ChangesNothing()
    {
        BoundedBuffer<int> buffer = new(4);
        buffer.TryWrite(1);
        buffer.TryComplete();
        buffer.TryRead(out _).Should().BeTrue();
        buffer.Reader.Completion.IsCompletedSuccessfully.Should().BeTrue();
        buffer.Close(new InvalidOperationException("late"));
        (await buffer.Reader.WaitToReadAsync()).Should().BeFalse("the end was an ordinary one, as Completion says");
        (await buffer.Writer.WaitToWriteAsync()).Should().BeFalse();
        Func<Task> read = async () => await buffer.Reader.ReadAsync();
        (await read.Should().ThrowAsync<ChannelClosedException>()).Which.InnerException.Should().BeNull();
        ShouldBalance(buffer).Undelivered.Should().BeEmpty();
    }

    [GuardedFact]
    public async Task Close_Twice_HandsEachItemBackOnce()
    {
        BoundedBuffer<int> buffer = new(4);
        buffer.TryWrite(1);
        buffer.TryWrite(2);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => buffer.Close(error: null))));
        buffer.Close(new InvalidOperationException("late"));
        ShouldBalance(buffer).Undelivered.Select(item => item.Item).Should().Equal(1, 2);
        buffer.Reader.Completion.IsCompletedSuccessfully.Should().BeTrue();
    }

    [GuardedFact]
    public async Task Close_RacingReadsAndWrites_EveryItemHasOneFate()
    {
        for (int round = 0; round < 300; round++)
        {
            BoundedBuffer<int> buffer = new(2);
            using Barrier start = new(3);
            List<int> written = [];
            List<int> read = [];
            Task writer = Start(() =>
            {
                start.SignalAndWait();
                for (int i = 0; i < 50; i++)
                {
                    if (buffer.TryWrite(i))
                    {
                        written.Add(i);
                    }
                }
            });
            Task reader = Start(() =>
            {
                start.SignalAndWait();
                while (!buffer.Reader.Completion.IsCompleted)
                {
                    if (buffer.TryRead(out int item))
                    {
                        read.Add(item);
                    }
                }
            });
            Task closer = Start(() =>
            {
                start.SignalAndWait();
                buffer.Close(error: null);
            });
            await Task.WhenAll(writer, reader, closer);
            StageBooks books = ShouldBalance(buffer);
            read.Concat(books.Undelivered.Select(item => (int)item.Item!)).Should().Equal(written);
        }
    }

    internal static StageBooks ShouldBalance<T>(BoundedBuffer<T> buffer)
    {
        StageBooks books = buffer.ReadBooks("test");
        books.Name.Should().Be("test");
        (books.Waiting + books.InFlight + books.Completed + books.Failed + books.Dropped + books.Undelivered.Length)
            .Should().Be(books.Accepted, "the books close at every point");
        return books;
    }

    private static Task Start(Action act) =>
        Task.Factory.StartNew(act, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static async Task ShouldHaveEndedAsync(
        IEnumerable<Task> operations, IEnumerable<Task<bool>> watches, Exception? error)
    {
        foreach (Task operation in operations)
        {
            Func<Task> act = () => operation;
            (await act.Should().ThrowAsync<ChannelClosedException>()).Which.InnerException.Should().BeSameAs(error);
        }

        foreach (Task<bool> watch in watches)
        {
            Func<Task<bool>> act = () => watch;
            if (error is null)
            {
                (await act()).Should().BeFalse();
            }
            else
            {
                (await act.Should().ThrowAsync<ChannelClosedException>()).Which.InnerException.Should().BeSameAs(error);
            }
        }
    }
}
