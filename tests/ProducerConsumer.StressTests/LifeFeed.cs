using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ProducerConsumer.StressTests;

/// <summary>The producers of one run. Producer n makes the items n * PerProducer and following.</summary>
internal sealed class LifeFeed(LifeShape shape, LifeBooks books, GateKeeper keeper)
{
    private readonly Dictionary<int, ChannelReader<int>> _channels = [];
    private int _turn = -1;

    public PipelineBuilder<int> AddTo(PipelineBuilder<int> builder) => shape.Source switch
    {
        LifeSource.Push => builder,
        LifeSource.Calls => builder.Produce(
            shape.Total, token => CallAsync(Interlocked.Increment(ref _turn), token), maxWorkers: shape.Producers),
        LifeSource.Writers => builder.Produce(
            shape.Producers, (writer, token) => new ValueTask(WriteAsync(writer, Interlocked.Increment(ref _turn), token))),
        _ => Enumerable.Range(0, shape.Producers).Aggregate(builder, AddProducer),
    };

    /// <summary>Writes from outside, to the end of the items or of the run.</summary>
    public async Task PushAsync(ChannelWriter<int> writer)
    {
        await Task.WhenAll(Enumerable.Range(0, shape.Producers).Select(producer => Task.Run(async () =>
        {
            try
            {
                await WriteAsync(writer, producer, CancellationToken.None);
            }
            catch (ChannelClosedException)
            {
                // The run has ended, and with it everybody who writes to it.
            }
            catch (InvalidOperationException fault)
            {
                writer.TryComplete(fault);
            }
        })));
        writer.TryComplete();
    }

    /// <summary>What the pipeline took out of the channels that it read from, now that it has ended.</summary>
    public void BookChannels()
    {
        foreach ((int producer, ChannelReader<int> channel) in _channels)
        {
            HashSet<int> left = [];
            while (channel.TryRead(out int item))
            {
                left.Add(item);
            }

            foreach (int item in Share(producer).Where(item => !left.Contains(item)))
            {
                books.Accept(item);
            }
        }
    }

    private PipelineBuilder<int> AddProducer(PipelineBuilder<int> builder, int producer)
    {
        int turn = (producer * shape.PerProducer) - 1;
        LifeSource kind = shape.Source == LifeSource.Mixed ? (LifeSource)shape.Roll(producer, purpose: 1, sides: 5) : shape.Source;
        return kind switch
        {
            LifeSource.Enumerable => builder.Produce(AsEnumerable(producer)),
            LifeSource.AsyncEnumerable => builder.Produce(AsAsyncEnumerable(producer)),
            LifeSource.Calls => builder.Produce(shape.PerProducer, token => CallAsync(++turn, token), maxWorkers: 1),
            LifeSource.Reader => builder.Produce(AsReader(producer)),
            _ => builder.Produce(1, (writer, token) => new ValueTask(WriteAsync(writer, producer, token))),
        };
    }

    private IEnumerable<int> Share(int producer) => Enumerable.Range(producer * shape.PerProducer, shape.PerProducer);

    private IEnumerable<int> AsEnumerable(int producer)
    {
        foreach (int item in Share(producer))
        {
            Prepare(item);
            books.Accept(item);
            yield return item;
        }
    }

    private async IAsyncEnumerable<int> AsAsyncEnumerable(int producer, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (int item in Share(producer))
        {
            await PrepareAsync(item, cancellationToken);
            books.Accept(item);
            yield return item;
        }
    }

    private ChannelReader<int> AsReader(int producer)
    {
        Channel<int> channel = Channel.CreateUnbounded<int>();
        foreach (int item in Share(producer))
        {
            channel.Writer.TryWrite(item);
        }

        channel.Writer.Complete();
        _channels.Add(producer, channel.Reader);
        return channel.Reader;
    }

    private async ValueTask<int> CallAsync(int item, CancellationToken cancellationToken)
    {
        await PrepareAsync(item, cancellationToken);
        books.Accept(item);
        return item;
    }

    private async Task WriteAsync(ChannelWriter<int> writer, int producer, CancellationToken cancellationToken)
    {
        foreach (int item in Share(producer))
        {
            Prepare(item);
            if (await TryWriteAsync(writer, item, cancellationToken))
            {
                books.Accept(item);
            }
            else
            {
                books.Refuse(item);
            }
        }
    }

    /// <summary>Writes in one of the ways in which people write; false when the writer was told that the item is not in.</summary>
    private async ValueTask<bool> TryWriteAsync(ChannelWriter<int> writer, int item, CancellationToken cancellationToken)
    {
        switch (shape.Roll(item, purpose: 2, sides: 5))
        {
            case 0 when writer.TryWrite(item):
                return true;
            case 1:
                while (await writer.WaitToWriteAsync(cancellationToken))
                {
                    if (writer.TryWrite(item))
                    {
                        return true;
                    }
                }

                return false;
            case 2 or 3 when shape.WritersCancel:
                CancellationTokenSource own = new();
                keeper.Later(own.Cancel);
                try
                {
                    await writer.WriteAsync(item, own.Token);
                    return true;
                }
                catch (OperationCanceledException cancellation) when (cancellation.CancellationToken == own.Token)
                {
                    return false;
                }

            default:
                await writer.WriteAsync(item, cancellationToken);
                return true;
        }
    }

    private void Prepare(int item)
    {
        ThrowIfDue(item);
        if (shape.SourcePauses && shape.Roll(item, purpose: 3, sides: 16) == 0)
        {
            keeper.Block();
        }
    }

    private async ValueTask PrepareAsync(int item, CancellationToken cancellationToken)
    {
        ThrowIfDue(item);
        if (shape.SourcePauses && shape.Roll(item, purpose: 3, sides: 8) == 0)
        {
            await keeper.PassAsync(inline: false, cancellationToken);
        }
    }

    private void ThrowIfDue(int item)
    {
        if (shape.Happening == LifeHappening.SourceFault && item == shape.Moment)
        {
            throw new InvalidOperationException("the fault of this source");
        }
    }
}
