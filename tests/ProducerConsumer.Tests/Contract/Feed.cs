using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ProducerConsumer.Tests;

/// <summary>What the producers of a pipeline under test emit: the ids 0 to <see cref="Items"/> - 1, split among them.</summary>
public sealed class Feed
{
    private int _next = -1;
    private int _active;

    /// <summary>How many ids there are in total.</summary>
    public int Items { get; init; } = int.MaxValue;

    public int Producers { get; init; } = 1;

    /// <summary>Thrown by the producer that finds all ids emitted; null for an ordinary end.</summary>
    public Exception? Fault { get; init; }

    /// <summary>Producers that have begun and not ended.</summary>
    public int Active => Volatile.Read(ref _active);

    /// <summary>The next id; null at the end.</summary>
    public int? Next()
    {
        int id = Interlocked.Increment(ref _next);
        if (id < Items)
        {
            return id;
        }

        return Fault is null ? null : throw Fault;
    }

    public IDisposable Enter()
    {
        Interlocked.Increment(ref _active);
        return new Leaving(this);
    }

    public IEnumerable<int> AsEnumerable()
    {
        using IDisposable inside = Enter();
        while (Next() is { } id)
        {
            yield return id;
        }
    }

    public async IAsyncEnumerable<int> AsAsyncEnumerable([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using IDisposable inside = Enter();
        while (Next() is { } id)
        {
            if (id % 3 == 0)
            {
                await Task.Yield();
            }

            cancellationToken.ThrowIfCancellationRequested();
            yield return id;
        }
    }

    public ChannelReader<int> AsReader() => new FeedReader(this);

    public async Task WriteToAsync(ChannelWriter<int> writer, CancellationToken cancellationToken)
    {
        using IDisposable inside = Enter();
        while (Next() is { } id)
        {
            await writer.WriteAsync(id, cancellationToken);
        }
    }

    private sealed class Leaving(Feed feed) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref feed._active);
    }

    private sealed class FeedReader(Feed feed) : ChannelReader<int>
    {
        public override bool TryRead(out int item)
        {
            int? id = feed.Next();
            item = id ?? 0;
            return id is not null;
        }

        public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) => new(false);
    }
}
