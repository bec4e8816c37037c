namespace ProducerConsumer.Tests;

public sealed class BoundedBufferWakeUpTests
{
    private const int Readers = 64;

    [GuardedFact]
    public async Task ReadAsync_ManyReadersOneItemAtATime_EachItemWakesExactlyOne()
    {
        BoundedBuffer<int> buffer = new(1);
        using SemaphoreSlim woken = new(0);
        int wakeUps = 0;
        List<int> read = [];
        Task[] readers = [.. Enumerable.Range(0, Readers).Select(_ => ReadUntilClosedAsync())];
        for (int i = 0; i < 1_000; i++)
        {
            buffer.TryWrite(i).Should().BeTrue();
            await woken.WaitAsync();
            Volatile.Read(ref wakeUps).Should().Be(i + 1, "idle readers sleep on");
        }

        buffer.Close(error: null);
        await Task.WhenAll(readers);
        read.Should().Equal(Enumerable.Range(0, 1_000));
        BoundedBufferCloseTests.ShouldBalance(buffer).Completed.Should().Be(1_000);

        async Task ReadUntilClosedAsync()
        {
            try
            {
                while (true)
                {
                    int item = await buffer.Reader.ReadAsync().ConfigureAwait(false);
                    Interlocked.Increment(ref wakeUps);
                    read.Add(item);
                    woken.Release();
                }
            }
            catch (System.Threading.Channels.ChannelClosedException)
            {
                // The end of every reader.
            }
        }
    }

    [GuardedFact]
    public async Task WaitToReadAsync_ManyWatchersOneItemAtATime_EachItemIsReadOnceAndEachWatcherWakesOncePerItem()
    {
        BoundedBuffer<int> buffer = new(1);
        int[] read = new int[500];
        int wakeUps = 0;
        int parked = 0;
        using SemaphoreSlim allParked = new(0);
        Task[] readers = [.. Enumerable.Range(0, Readers).Select(_ => Task.Run(WatchUntilClosedAsync))];
        for (int i = 0; i < read.Length; i++)
        {
            await allParked.WaitAsync();
            Volatile.Read(ref wakeUps).Should().Be(i * Readers, "nobody wakes without an item");
            buffer.TryWrite(i).Should().BeTrue();
        }

        await allParked.WaitAsync();
        buffer.Close(error: null);
        await Task.WhenAll(readers);
        read.Should().OnlyContain(times => times == 1);
        wakeUps.Should().Be(read.Length * Readers);

        async Task WatchUntilClosedAsync()
        {
            while (true)
            {
                ValueTask<bool> watch = buffer.Reader.WaitToReadAsync();
                if (Interlocked.Increment(ref parked) == Readers)
                {
                    Volatile.Write(ref parked, 0);
                    allParked.Release();
                }

                if (!await watch.ConfigureAwait(false))
                {
                    return;
                }

                Interlocked.Increment(ref wakeUps);
                if (buffer.TryRead(out int item))
                {
                    Interlocked.Increment(ref read[item]);
                }
            }
        }
    }

    [GuardedFact]
    public async Task WriteAsync_ManyParkedWriters_OneReadWakesExactlyOne()
    {
        BoundedBuffer<int> buffer = new(1);
        buffer.TryWrite(-1).Should().BeTrue();
        Task[] writes = [.. Enumerable.Range(0, Readers).Select(i => buffer.Writer.WriteAsync(i).AsTask())];
        for (int i = 0; i < Readers; i++)
        {
            (await buffer.Reader.ReadAsync()).Should().Be(i - 1);
            await writes[i];
            writes.Count(write => write.IsCompleted).Should().Be(i + 1);
        }
    }

    [GuardedFact]
    public async Task Completion_FaultThatNobodyLooksAt_IsNotReportedAsUnobserved()
    {
        InvalidOperationException error = new("nobody looks");
        bool reported = false;
        void Watch(object? sender, UnobservedTaskExceptionEventArgs unobserved) =>
            reported |= unobserved.Exception.InnerExceptions.Contains(error);
        TaskScheduler.UnobservedTaskException += Watch;
        try
        {
            await Task.Run(() => new BoundedBuffer<int>(1).Close(error));
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Watch;
        }

        reported.Should().BeFalse();
    }
}
