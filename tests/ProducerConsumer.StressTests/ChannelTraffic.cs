using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ProducerConsumer.StressTests;

#pragma warning disable CA2012 // A wait that was cancelled is looked at and not awaited: a million exceptions would cost more than the channel.

/// <summary>Which waits of a <see cref="ChannelTraffic"/> are cancelled all the time.</summary>
public enum Cancelled
{
    Reads,
    Watches,
    Writes,
}

/// <summary>
/// Two writers and two readers, of whom one side uses tokens that the other side fires while it works. The firing side
/// holds itself back until a tenth of its items has been cancelled, so that the tokens fire during hand-offs. Each item
/// is followed by its id.
/// </summary>
internal sealed class ChannelTraffic(Channel<int> channel, Cancelled cancelled, int items)
{
    private const int Writers = 2;
    private const int Readers = 2;
    private const int ItemsPerCancellation = 10;

    /// <summary>How many ids are written; cancelled writes need more of them.</summary>
    private readonly int _ids = cancelled == Cancelled.Writes ? items + (items / ItemsPerCancellation) : items;

    /// <summary>Per id: deliveries in the lowest byte, reported cancellations in the next, reported crashes in the third.</summary>
    private readonly int[] _fates = new int[cancelled == Cancelled.Writes ? items + (items / ItemsPerCancellation) : items];

    /// <summary>The sources of the tokens in use, one slot per task of the cancelled side; whoever takes one out fires it.</summary>
    private readonly CancellationTokenSource?[] _sources = new CancellationTokenSource?[2];
    private long _cancellations;
    private long _passed;
    private int _crashes;

    /// <summary>The writers are done, or time is up: nobody holds himself back any more.</summary>
    private volatile bool _released;
    private volatile bool _stopped;

    public async Task<TrafficReport> RunAsync()
    {
        Task[] writers = [.. Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(writer)))];
        Task[] readers = [.. Enumerable.Range(0, Readers).Select(reader => Task.Run(() => ReadAsync(reader)))];
        await Task.WhenAll(writers);
        _released = true;
        channel.Writer.TryComplete();
        await Task.WhenAll(readers);
        return Report();
    }

    /// <summary>Ends a run that hangs.</summary>
    public void Stop()
    {
        _stopped = true;
        _released = true;
        channel.Writer.TryComplete();
    }

    public TrafficReport Report() => new()
    {
        Attempted = _fates.Length,
        Delivered = _fates.Count(fate => (fate & 0xFF) > 0),
        Cancellations = Interlocked.Read(ref _cancellations),
        Lost = _fates.Count(fate => fate == 0),
        DeliveredTwice = _fates.Count(fate => (fate & 0xFF) > 1),
        DeliveredThoughCancelled = _fates.Count(fate => (fate & 0xFF) > 0 && (fate & 0xFF00) > 0),
        Crashes = Volatile.Read(ref _crashes),
    };

    private async Task WriteAsync(int writer)
    {
        CancellationTokenSource source = new();
        for (int id = writer; id < _ids && !_stopped; id += Writers)
        {
            try
            {
                if (cancelled != Cancelled.Writes)
                {
                    await HoldBackAsync();
                    await channel.Writer.WriteAsync(id).ConfigureAwait(false);
                    continue;
                }

                source = Offer(writer, source);
                ValueTask write = channel.Writer.WriteAsync(id, source.Token);
                await Quietly.Ended(write);
                if (write.IsCanceled)
                {
                    Interlocked.Add(ref _fates[id], 0x100);
                    Interlocked.Increment(ref _cancellations);
                }
                else
                {
                    await write.ConfigureAwait(false);
                }
            }
            catch (Exception) when (!_stopped)
            {
                Interlocked.Add(ref _fates[id], 0x10000);
                Interlocked.Increment(ref _crashes);
            }
        }
    }

    private async Task ReadAsync(int reader)
    {
        CancellationTokenSource source = new();
        while (!_stopped)
        {
            try
            {
                if (cancelled == Cancelled.Writes)
                {
                    await HoldBackAsync();
                    Deliver(await channel.Reader.ReadAsync().ConfigureAwait(false));
                    continue;
                }

                source = Offer(reader, source);
                bool wasCancelled = cancelled == Cancelled.Reads
                    ? await ReadOneAsync(source.Token).ConfigureAwait(false)
                    : await WatchAsync(source.Token).ConfigureAwait(false);
                if (wasCancelled)
                {
                    Interlocked.Increment(ref _cancellations);
                }
            }
            catch (ChannelClosedException)
            {
                return;
            }
            catch (Exception) when (!_stopped)
            {
                Interlocked.Increment(ref _crashes);
            }
        }
    }

    private async ValueTask<bool> ReadOneAsync(CancellationToken cancellationToken)
    {
        ValueTask<int> read = channel.Reader.ReadAsync(cancellationToken);
        await Quietly.Ended(read);
        if (read.IsCanceled)
        {
            return true;
        }

        Deliver(await read.ConfigureAwait(false));
        return false;
    }

    private async ValueTask<bool> WatchAsync(CancellationToken cancellationToken)
    {
        ValueTask<bool> watch = channel.Reader.WaitToReadAsync(cancellationToken);
        await Quietly.Ended(watch);
        if (watch.IsCanceled)
        {
            return true;
        }

        if (!await watch.ConfigureAwait(false))
        {
            throw new ChannelClosedException();
        }

        if (channel.Reader.TryRead(out int item))
        {
            Deliver(item);
        }

        return false;
    }

    private void Deliver(int id) => Interlocked.Increment(ref _fates[id]);

    /// <summary>Shows the source to those who fire; a new one when the last was fired.</summary>
    private CancellationTokenSource Offer(int slot, CancellationTokenSource source)
    {
        if (source.IsCancellationRequested || Volatile.Read(ref _sources[slot]) is null)
        {
            source = new CancellationTokenSource();
            Volatile.Write(ref _sources[slot], source);
        }

        return source;
    }

    private async ValueTask HoldBackAsync()
    {
        long passed = Interlocked.Increment(ref _passed);
        while (!_released && Interlocked.Read(ref _cancellations) * ItemsPerCancellation < passed)
        {
            int slot = (int)(passed & 1);
            CancellationTokenSource? source =
                Interlocked.Exchange(ref _sources[slot], null) ?? Interlocked.Exchange(ref _sources[slot ^ 1], null);
            await Task.Yield();
            source?.Cancel();
        }
    }

    /// <summary>Awaits the end of a wait, whatever it is, without taking its result.</summary>
    private static class Quietly
    {
        public static Awaitable<int> Ended(ValueTask write) => new(new ValueTask<int>(0), write, isWrite: true);

        public static Awaitable<TResult> Ended<TResult>(ValueTask<TResult> wait) => new(wait, default, isWrite: false);

        public readonly struct Awaitable<TResult>(ValueTask<TResult> wait, ValueTask write, bool isWrite)
            : ICriticalNotifyCompletion
        {
            public bool IsCompleted => isWrite ? write.IsCompleted : wait.IsCompleted;

            public Awaitable<TResult> GetAwaiter() => this;

            public void GetResult()
            {
            }

            public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

            public void UnsafeOnCompleted(Action continuation)
            {
                if (isWrite)
                {
                    write.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(continuation);
                }
                else
                {
                    wait.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(continuation);
                }
            }
        }
    }
}
