using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ProducerConsumer.StressTests;

/// <summary>The producers of a flow. Producer n makes the items n * PerProducer and following.</summary>
internal sealed class FlowFeed(Flow flow, FlowPlant plant, GateKeeper keeper)
{
    private int _turn = -1;

    private FlowBooks Books => plant.Books;

    public PipelineBuilder<int> AddTo(PipelineBuilder<int> builder) => flow.Source switch
    {
        FlowSource.Push => builder,
        FlowSource.Writers => builder.Produce(
            flow.Producers, (writer, token) => new ValueTask(WriteAsync(writer, Interlocked.Increment(ref _turn), token))),
        FlowSource.Enumerable => Enumerable.Range(0, flow.Producers)
            .Aggregate(builder, (builder, producer) => builder.Produce(AsEnumerable(producer))),
        _ => Enumerable.Range(0, flow.Producers)
            .Aggregate(builder, (builder, producer) => builder.Produce(AsAsyncEnumerable(producer))),
    };

    /// <summary>Writes from outside, to the end of the items or of the run.</summary>
    public async Task PushAsync(PipelineWriter<int> writer)
    {
        await Task.WhenAll(Enumerable.Range(0, flow.Producers).Select(producer => Task.Run(async () =>
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
                if (!writer.TryComplete(fault))
                {
                    Books.ForgetSourceFault(); // The run had been stopped by then, and its writer completed.
                }
            }
        })));
        writer.TryComplete();
    }

    private IEnumerable<int> Share(int producer) => Enumerable.Range(producer * flow.PerProducer, flow.PerProducer);

    private IEnumerable<int> AsEnumerable(int producer)
    {
        foreach (int item in Share(producer))
        {
            plant.BeginSource(item);
            Books.Accept(producer, item); // Whatever it returns is accepted.
            yield return item;
        }
    }

    private async IAsyncEnumerable<int> AsAsyncEnumerable(int producer, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (int item in Share(producer))
        {
            plant.BeginSource(item);
            if (Roll(item, salt: 3, sides: 8) == 0)
            {
                await keeper.PassAsync(inline: false, cancellationToken);
            }

            Books.Accept(producer, item);
            yield return item;
        }
    }

    private async Task WriteAsync(PipelineWriter<int> writer, int producer, CancellationToken cancellationToken)
    {
        int[] share = [.. Share(producer)];
        for (int i = 0; i < share.Length;)
        {
            plant.BeginSource(share[i]);
            if (flow.WritersCancel && Roll(share[i], salt: 4, sides: 4) == 0)
            {
                CancellationTokenSource own = new(); // Not disposed, as the keeper cancels it when it likes.
                keeper.Later(own.Cancel);
                i += await WriteNextAsync(writer, producer, share.AsMemory(i), isOwn: true, own.Token);
            }
            else
            {
                i += await WriteNextAsync(writer, producer, share.AsMemory(i), isOwn: false, cancellationToken);
            }
        }

        Books.EndTelling();
        if (flow.IsHeld)
        {
            await Books.AllTold;
        }
    }

    /// <summary>Writes the next item or items; returns how many they are, also when a cancellation of the writer's own kept them out.</summary>
    private async ValueTask<int> WriteNextAsync(
        PipelineWriter<int> writer, int producer, ReadOnlyMemory<int> rest, bool isOwn, CancellationToken cancellationToken)
    {
        int item = rest.Span[0];
        FlowWriting writing = flow.Writing == FlowWriting.Mixed ? (FlowWriting)Roll(item, salt: 5, sides: 3) : flow.Writing;
        int count = writing == FlowWriting.Many ? Math.Min(rest.Length, 1 + Roll(item, salt: 6, sides: 12)) : 1;
        int written = count;
        try
        {
            switch (writing)
            {
                case FlowWriting.Many:
                    written = await writer.WriteManyAsync(rest[..count], cancellationToken);
                    break;
                case FlowWriting.Tracked:
                    await WriteTrackedAsync(writer, item, cancellationToken);
                    break;
                case FlowWriting.Single when Roll(item, salt: 7, sides: 2) == 0 && writer.TryWrite(item):
                    break;
                default:
                    await writer.WriteAsync(item, cancellationToken);
                    break;
            }
        }
        catch (OperationCanceledException) when (isOwn)
        {
            written = 0;
        }

        foreach (int accepted in rest[..written].ToArray())
        {
            Books.Accept(producer, accepted);
        }

        return count;
    }

    private async ValueTask WriteTrackedAsync(PipelineWriter<int> writer, int item, CancellationToken cancellationToken)
    {
        Books.ExpectTelling();
        bool isIn = false;
        try
        {
            await writer.WriteTrackedAsync(item, outcome => Books.Tell(item, outcome), cancellationToken);
            Books.Track(item);
            isIn = true;
        }
        finally
        {
            if (!isIn)
            {
                Books.EndTelling();
            }
        }
    }

    private int Roll(int item, int salt, int sides) => Parcel.Of(item).Roll(flow.Salt + salt, sides);
}
