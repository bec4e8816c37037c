using System.Collections.Concurrent;
using System.Threading.Channels;
using ProducerConsumer.Tests;

namespace ProducerConsumer.StressTests;

/// <summary>
/// Whole runs of random shape, each with something that happens to it at a random moment: the run ends, every item has one
/// fate, producers keep their order, and the books close.
/// </summary>
public sealed class PipelineLifeTests
{
    private const int MaxItems = 400;

    private enum Happening
    {
        Nothing,
        Drain,
        Abort,
        Dispose,
        Token,
        Fault,
    }

    [GuardedFact]
    public async Task Run_RandomShapeAndHappening_EveryItemHasOneFate()
    {
        int runs = StressRun.Scaled(5_000);
        int seed = Random.Shared.Next();
        StressRun.Print($"Seed {seed}.");
        for (int run = 0; run < runs; run++)
        {
            await new Life(new Random(unchecked((seed * 397) ^ run)), $"seed {seed}, run {run}").RunAsync();
        }
    }

    /// <summary>One run.</summary>
    private sealed class Life(Random random, string name)
    {
        private readonly int _producers = random.Next(1, 9);
        private readonly int _consumers = random.Next(1, 9);
        private readonly int _capacity = random.Next(1, 33);
        private readonly int _perProducer = random.Next(1, MaxItems / 8);
        private readonly int _kind = random.Next(6);
        private readonly int _suspends = random.Next(3);
        private readonly Happening _happening = (Happening)random.Next(6);
        private readonly ConcurrentQueue<int> _handled = [];
        private readonly ConcurrentQueue<int> _failed = [];
        private readonly TaskCompletionSource _moment = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _begun;
        private int _refused;

        public async Task RunAsync()
        {
            int moment = random.Next(1, _producers * _perProducer);
            using CancellationTokenSource token = new();
            await using PooledPipeline<int> pipeline = AddSource(PooledPipeline.CreateBuilder<int>(_capacity))
                .Consume((item, cancellationToken) => HandleAsync(item, moment, cancellationToken), maxWorkers: _consumers)
                .Build();
            Task run = Task.WhenAny(pipeline.RunAsync(token.Token));
            Task push = _kind == 5 ? PushAsync(pipeline.Writer) : Task.CompletedTask;
            await Task.WhenAny(_moment.Task, run);
            switch (_happening)
            {
                case Happening.Drain:
                    await pipeline.StopAsync(StopMode.Drain, CancellationToken.None);
                    break;
                case Happening.Abort:
                    await pipeline.StopAsync(StopMode.Abort, CancellationToken.None);
                    break;
                case Happening.Dispose:
                    await pipeline.DisposeAsync();
                    break;
                case Happening.Token:
                    await token.CancelAsync();
                    break;
            }

            await run;
            await push;
            Check(pipeline.Report!);
        }

        private async ValueTask HandleAsync(int item, int moment, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _begun) == moment)
            {
                _moment.TrySetResult();
                if (_happening == Happening.Fault)
                {
                    _failed.Enqueue(item);
                    throw new InvalidOperationException("the fault of this run");
                }
            }

            for (int i = 0; i < _suspends; i++)
            {
                await Task.Yield();
            }

            cancellationToken.ThrowIfCancellationRequested();
            _handled.Enqueue(item);
        }

        private PipelineBuilder<int> AddSource(PipelineBuilder<int> builder)
        {
            int turn = -1;
            return _kind switch
            {
                0 => Enumerable.Range(0, _producers).Aggregate(builder, (all, producer) => all.Produce(Share(producer))),
                1 => Enumerable.Range(0, _producers).Aggregate(builder, (all, producer) => all.Produce(ShareAsync(producer))),
                2 => builder.Produce(
                    _producers, async (writer, cancellationToken) => await WriteAsync(writer, Interlocked.Increment(ref turn), cancellationToken)),
                3 => builder.Produce(
                    _producers * _perProducer, _ => new ValueTask<int>(Interlocked.Increment(ref turn)), maxWorkers: _producers),
                4 => Enumerable.Range(0, _producers).Aggregate(builder, (all, producer) => all.Produce(Filled(producer))),
                _ => builder,
            };
        }

        private IEnumerable<int> Share(int producer) => Enumerable.Range(producer * _perProducer, _perProducer);

        private async IAsyncEnumerable<int> ShareAsync(int producer)
        {
            foreach (int item in Share(producer))
            {
                if (item % 7 == 0)
                {
                    await Task.Yield();
                }

                yield return item;
            }
        }

        private ChannelReader<int> Filled(int producer)
        {
            Channel<int> channel = Channel.CreateUnbounded<int>();
            foreach (int item in Share(producer))
            {
                channel.Writer.TryWrite(item);
            }

            channel.Writer.Complete();
            return channel.Reader;
        }

        private async Task PushAsync(ChannelWriter<int> writer)
        {
            await Task.WhenAll(Enumerable.Range(0, _producers).Select(producer => Task.Run(async () =>
            {
                try
                {
                    await WriteAsync(writer, producer, CancellationToken.None);
                }
                catch (ChannelClosedException)
                {
                    Interlocked.Increment(ref _refused);
                }
            })));
            writer.TryComplete();
        }

        private async Task WriteAsync(ChannelWriter<int> writer, int producer, CancellationToken cancellationToken)
        {
            foreach (int item in Share(producer))
            {
                await writer.WriteAsync(item, cancellationToken);
            }
        }

        private void Check(PipelineReport report)
        {
            StageReport consumers = report.Stages[^1];
            int[] fates = [.. _handled, .. _failed, .. report.UndeliveredItems<int>()];
            fates.Should().OnlyHaveUniqueItems(name);
            fates.Should().HaveCount((int)consumers.Accepted, name);
            consumers.Accepted.Should().Be(consumers.Completed + consumers.Failed + consumers.Undelivered.Count, name);
            consumers.InFlight.Should().Be(0, name);
            consumers.Completed.Should().Be(_handled.Count, name);
            if (_kind != 5)
            {
                report.Stages.SkipLast(1).Sum(stage => stage.Emitted).Should().Be(consumers.Accepted, name);
            }

            if (report.Outcome == PipelineOutcome.Completed && _refused == 0)
            {
                fates.Should().HaveCount(_producers * _perProducer, name);
            }

            if (_consumers == 1 && _kind != 3)
            {
                _handled.GroupBy(item => item / _perProducer).All(share => share.SequenceEqual(share.Order())).Should().BeTrue(name);
            }
        }
    }
}
