using ProducerConsumer.Tests;

namespace ProducerConsumer.StressTests;

/// <summary>Waits that ended leave nothing behind: not in the channel, and not on a token that lives on.</summary>
public sealed class CancelledWaitMemoryTests
{
    public static TheoryData<Wait> Kinds => [.. Enum.GetValues<Wait>()];

    [GuardedTheory]
    [MemberData(nameof(Kinds))]
    public async Task CancelledWait_OneAfterTheOther_LeavesTheHeapFlat(Wait wait)
    {
        BoundedBuffer<int> buffer = CreateBlocking(wait);
        await ShouldStayFlatAsync(buffer, () =>
        {
            using CancellationTokenSource source = new();
            Task waiting = Begin(buffer, wait, source.Token);
            source.Cancel();
            return waiting;
        });
    }

    [GuardedTheory]
    [MemberData(nameof(Kinds))]
    public async Task CancelledWait_ThousandsAtOnce_LeavesTheHeapFlat(Wait wait)
    {
        const int Together = 5_000;
        BoundedBuffer<int> buffer = CreateBlocking(wait);
        int round = 0;
        await ShouldStayFlatAsync(
            buffer,
            async () =>
            {
                using CancellationTokenSource source = new();
                Task[] waiting = new Task[Together];
                for (int i = 0; i < Together; i++)
                {
                    waiting[i] = Begin(buffer, wait, source.Token);
                }

                round++;
                source.Cancel();
                await Task.WhenAll(waiting);
            },
            Together);
        round.Should().BeGreaterThanOrEqualTo(FlatHeap.Waits / Together);
    }

    [GuardedTheory]
    [MemberData(nameof(Kinds))]
    public async Task EndedWait_TokenLivesOn_LeavesNoRegistration(Wait wait)
    {
        using CancellationTokenSource application = new();
        BoundedBuffer<int> buffer = CreateBlocking(wait);
        await ShouldStayFlatAsync(buffer, () =>
        {
            Task waiting = Begin(buffer, wait, application.Token);
            Release(buffer, wait);
            return waiting;
        });
        application.IsCancellationRequested.Should().BeFalse();
    }

    private static async Task ShouldStayFlatAsync(BoundedBuffer<int> buffer, Func<Task> act, int waitsPerAct = 1)
    {
        await FlatHeap.ShouldStayFlatAsync(act, waitsPerAct);
        buffer.TryComplete(); // Also keeps the buffer alive until here.
        buffer.Count.Should().BeLessThanOrEqualTo(1);
    }

    private static BoundedBuffer<int> CreateBlocking(Wait wait)
    {
        BoundedBuffer<int> buffer = new(1);
        if (wait is Wait.Write or Wait.WaitToWrite)
        {
            buffer.TryWrite(0).Should().BeTrue();
        }

        return buffer;
    }

    private static Task Begin(BoundedBuffer<int> buffer, Wait wait, CancellationToken cancellationToken) => wait switch
    {
        Wait.Read => buffer.Reader.ReadAsync(cancellationToken).AsTask(),
        Wait.WaitToRead => buffer.Reader.WaitToReadAsync(cancellationToken).AsTask(),
        Wait.Write => buffer.Writer.WriteAsync(1, cancellationToken).AsTask(),
        _ => buffer.Writer.WaitToWriteAsync(cancellationToken).AsTask(),
    };

    /// <summary>Lets the wait succeed and leaves the buffer as it was before it.</summary>
    private static void Release(BoundedBuffer<int> buffer, Wait wait)
    {
        if (wait is Wait.Read or Wait.WaitToRead)
        {
            buffer.TryWrite(1);
        }
        else
        {
            buffer.TryRead(out _);
        }

        if (wait == Wait.WaitToRead)
        {
            buffer.TryRead(out _);
        }
        else if (wait == Wait.WaitToWrite)
        {
            buffer.TryWrite(1);
        }
    }
}
