namespace ProducerConsumer.Tests;

/// <summary>
/// A waiter went back to the pool as soon as its caller had the result. A caller that looks at the right moment sees the
/// result while its publisher is still inside the waiter; the publisher then met the caller's next wait and ended it.
/// </summary>
public sealed class RecycledWaiter_1
{
    [GuardedFact]
    public async Task Write_CallerSeesTheResultAtOnceAndWaitsAgain_IsNotEndedByTheLastPublisher()
    {
        const int Items = 200_000;
        BoundedBuffer<int> buffer = new(1);
        Task reader = Task.Factory.StartNew(
            () =>
            {
                for (int expected = 0; expected < Items;)
                {
                    if (buffer.TryRead(out int item))
                    {
                        item.Should().Be(expected++);
                    }
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        Task writer = Task.Factory.StartNew(
            () =>
            {
                for (int item = 0; item < Items; item++)
                {
                    ValueTask write = buffer.Writer.WriteAsync(item);
                    while (!write.IsCompleted)
                    {
                        // Looks as often as it can.
                    }

                    write.GetAwaiter().GetResult();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

        await Task.WhenAll(reader, writer);

        buffer.Count.Should().Be(0);
        BoundedBufferCloseTests.ShouldBalance(buffer).Completed.Should().Be(Items);
    }
}
