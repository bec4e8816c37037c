using ProducerConsumer.Tests;

namespace ProducerConsumer.StressTests;

/// <summary>Waits of a pipeline's writers that ended leave nothing behind: not in the pipeline, and not on a token that lives on.</summary>
public sealed class CancelledWriteMemoryTests
{
    public static TheoryData<WriterKind, bool> Waits => new()
    {
        { WriterKind.Push, false },
        { WriterKind.Push, true },
        { WriterKind.Producer, false },
        { WriterKind.Producer, true },
    };

    [GuardedTheory]
    [MemberData(nameof(Waits))]
    public async Task CancelledWait_OfAWriter_LeavesTheHeapFlat(WriterKind kind, bool watch)
    {
        await using BlockedWriter blocked = await BlockedWriter.CreateAsync(kind);
        await FlatHeap.ShouldStayFlatAsync(() =>
        {
            using CancellationTokenSource source = new();
            Task waiting = Begin(blocked, watch, source.Token);
            Assert.False(waiting.IsCompleted);
            source.Cancel();
            return waiting;
        });
    }

    [GuardedTheory]
    [MemberData(nameof(Waits))]
    public async Task CancelledWait_OfAWriterThousandsAtOnce_LeavesTheHeapFlat(WriterKind kind, bool watch)
    {
        const int Together = 5_000;
        await using BlockedWriter blocked = await BlockedWriter.CreateAsync(kind);
        await FlatHeap.ShouldStayFlatAsync(
            async () =>
            {
                using CancellationTokenSource source = new();
                Task[] waiting = [.. Enumerable.Range(0, Together).Select(_ => Begin(blocked, watch, source.Token))];
                source.Cancel();
                await Task.WhenAll(waiting);
            },
            Together);
    }

    [GuardedTheory]
    [MemberData(nameof(Waits))]
    public async Task EndedWait_OfAWriterWhoseTokenLivesOn_LeavesNoRegistration(WriterKind kind, bool watch)
    {
        using CancellationTokenSource application = new();
        await using BlockedWriter blocked = await BlockedWriter.CreateAsync(kind);
        await FlatHeap.ShouldStayFlatAsync(() =>
        {
            Task waiting = Begin(blocked, watch, application.Token);
            blocked.Release();
            if (watch)
            {
                blocked.Writer.TryWrite(1);
            }

            return waiting;
        });
        application.IsCancellationRequested.Should().BeFalse();
    }

    private static Task Begin(BlockedWriter blocked, bool watch, CancellationToken cancellationToken) =>
        watch ? blocked.Writer.WaitToWriteAsync(cancellationToken).AsTask() : blocked.Writer.WriteAsync(1, cancellationToken).AsTask();
}
