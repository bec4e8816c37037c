using System.Threading.Channels;

namespace ProducerConsumer.Tests;

/// <summary>
/// What users may expect of every bounded <see cref="Channel{T}"/>. It runs against the library's buffer and against
/// the in-box channel, which shows that it is the real contract and not one of our own.
/// </summary>
public abstract partial class ChannelContract
{
    /// <summary>How a channel ends.</summary>
    public enum Ending
    {
        Ordinary,
        Error,
        Cancellation,
    }

    /// <summary>The four waits of a channel.</summary>
    public enum Wait
    {
        Read,
        WaitToRead,
        Write,
        WaitToWrite,
    }

    public static TheoryData<int> Bounds => [1, 2, 16, int.MaxValue];

    public static TheoryData<Ending> Endings => [.. Enum.GetValues<Ending>()];

    public static TheoryData<Wait> Waits => [.. Enum.GetValues<Wait>()];

    public static TheoryData<BoundedChannelFullMode> DropModes =>
        [BoundedChannelFullMode.DropNewest, BoundedChannelFullMode.DropOldest, BoundedChannelFullMode.DropWrite];

    protected abstract Channel<T> Create<T>(
        int capacity, BoundedChannelFullMode mode = BoundedChannelFullMode.Wait, Action<T>? onDropped = null);

    /// <summary>A channel of one slot in which <paramref name="wait"/> finds no chance.</summary>
    private Channel<int> CreateBlocking(Wait wait)
    {
        Channel<int> channel = Create<int>(1);
        if (wait is Wait.Write or Wait.WaitToWrite)
        {
            channel.Writer.TryWrite(0).Should().BeTrue();
        }

        return channel;
    }

    /// <summary>Begins a wait; a write writes 100. The task's value is the item or the answer.</summary>
    private static async Task<object?> BeginAsync(Channel<int> channel, Wait wait, CancellationToken cancellationToken = default)
    {
        switch (wait)
        {
            case Wait.Read:
                return await channel.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            case Wait.WaitToRead:
                return await channel.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
            case Wait.Write:
                await channel.Writer.WriteAsync(100, cancellationToken).ConfigureAwait(false);
                return null;
            default:
                return await channel.Writer.WaitToWriteAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives a wait of <see cref="CreateBlocking"/> its chance.</summary>
    private static void Release(Channel<int> channel, Wait wait)
    {
        if (wait is Wait.Read or Wait.WaitToRead)
        {
            channel.Writer.TryWrite(1).Should().BeTrue();
        }
        else
        {
            channel.Reader.TryRead(out _).Should().BeTrue();
        }
    }

    private static Exception? ErrorOf(Ending ending) => ending switch
    {
        Ending.Ordinary => null,
        Ending.Error => new InvalidOperationException("the end"),
        _ => new OperationCanceledException("the end"),
    };

    /// <summary>Asserts what a read or write throws once the channel has ended with <paramref name="error"/>.</summary>
    private static async Task ShouldBeClosedAsync(Func<Task> act, Exception? error)
    {
        Exception thrown = (await act.Should().ThrowAsync<Exception>()).Which;
        if (error is OperationCanceledException)
        {
            thrown.Should().BeAssignableTo<OperationCanceledException>();
        }
        else
        {
            thrown.Should().BeOfType<ChannelClosedException>().Which.InnerException.Should().BeSameAs(error);
        }
    }

    /// <summary>Asserts what a watch ends with once the channel has ended with <paramref name="error"/>: false, or the error itself.</summary>
    private static async Task ShouldBeRefusedAsync(Func<Task<bool>> watch, Exception? error)
    {
        if (error is null)
        {
            (await watch()).Should().BeFalse();
        }
        else
        {
            (await watch.Should().ThrowAsync<Exception>()).Which.Should().BeSameAs(error);
        }
    }

    private static List<T> ReadAll<T>(Channel<T> channel)
    {
        List<T> items = [];
        while (channel.Reader.TryRead(out T? item))
        {
            items.Add(item);
        }

        return items;
    }
}
