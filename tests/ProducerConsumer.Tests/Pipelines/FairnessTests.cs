using System.Collections.Concurrent;
using System.Threading.Channels;

namespace ProducerConsumer.Tests;

/// <summary>
/// Nobody is passed over: not a worker by the others, and not a writer that waits by one that tries again and again. Runs
/// alone: shares are measured.
/// </summary>
[CollectionDefinition(nameof(FairnessTests), DisableParallelization = true)]
[Collection(nameof(FairnessTests))]
public sealed class FairnessTests
{
    private const int Workers = 8;

    /// <param name="before">Items that return at once, so that workers take them in batches when the others come.</param>
    [GuardedTheory]
    [InlineData(0)]
    [InlineData(20_000)]
    public async Task Workers_EachCallSuspends_ShareTheItems(int before)
    {
        const int Items = 10_000;
        const int Attempts = 10;
        int[] shares = [];
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            shares = await MeasureSharesAsync(before, Items);
            shares.Should().HaveCount(Workers);
            shares.Sum().Should().Be(Items);
            if (shares.Min() >= Items / (2 * Workers))
            {
                return;
            }

            // When the machine takes a thread away for long, the worker on it loses its share. Once is chance.
        }

        shares.Should().OnlyContain(share => share >= Items / (2 * Workers));
    }

    [GuardedTheory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(64)]
    public async Task ParkedWrite_AnotherTriesAllTheTime_IsAdmittedBeforeTheOtherFillsTheBufferOnceMore(int capacity)
    {
        const int Rounds = 20;
        const int Parked = -1;
        for (int round = 0; round < Rounds; round++)
        {
            List<int> handled = [];
            await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity)
                .Consume((item, _) =>
                {
                    handled.Add(item);
                    return default(ValueTask);
                })
                .Build();
            for (int item = 0; item < capacity; item++)
            {
                pipeline.Writer.TryWrite(item).Should().BeTrue();
            }

            ValueTask parked = pipeline.Writer.WriteAsync(Parked, TestContext.Current.CancellationToken);
            parked.IsCompleted.Should().BeFalse();
            Gate trying = new();
            Task loop = OnThread(() => TryAllTheTime(pipeline.Writer, capacity, trying));
            await trying.Arrived;
            Task<PipelineReport> run = pipeline.RunAsync();
            await parked;
            await loop;
            pipeline.Writer.Complete();
            await run;

            handled.Should().HaveCount((11 * capacity) + 1);
            handled.IndexOf(Parked).Should().BeInRange(capacity, (2 * capacity) - 1);
        }
    }

    /// <summary>
    /// How many of the items that suspend each worker got. A worker gives all its calls its own token, which is how they
    /// are told apart from outside.
    /// </summary>
    private static async Task<int[]> MeasureSharesAsync(int before, int items)
    {
        ConcurrentDictionary<CancellationToken, int> calls = [];
        using BlockingCollection<TaskCompletionSource> held = [];
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: before + items)
            .Consume(HandleAsync, maxWorkers: Workers)
            .Build();
        for (int item = 0; item < before + items; item++)
        {
            pipeline.Writer.TryWrite(item).Should().BeTrue();
        }

        pipeline.Writer.Complete();
        Task<PipelineReport> run = pipeline.RunAsync();
        await OnThread(() => OpenInTurn(held, items));
        (await run).Consumers().Completed.Should().Be(before + items);
        return [.. calls.Values];

        ValueTask HandleAsync(int item, CancellationToken cancellationToken)
        {
            if (item < before)
            {
                return default;
            }

            calls.AddOrUpdate(cancellationToken, 1, static (_, count) => count + 1);
            TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
            held.Add(gate);
            return new ValueTask(gate.Task);
        }
    }

    /// <summary>
    /// Waits until all workers are held, then lets go whoever has waited longest. On a thread of its own, since a thread
    /// of the pool would prefer the worker that it let go last.
    /// </summary>
    private static void OpenInTurn(BlockingCollection<TaskCompletionSource> held, int items)
    {
        CancellationToken hang = TestContext.Current.CancellationToken;
        Queue<TaskCompletionSource> first = new(Enumerable.Range(0, Workers).Select(_ => held.Take(hang)));
        for (int item = 0; item < items; item++)
        {
            TaskCompletionSource longest = first.TryDequeue(out TaskCompletionSource? one) ? one : held.Take(hang);
            longest.SetResult();
        }
    }

    /// <summary>Ends when it got in ten times what the buffer holds.</summary>
    private static void TryAllTheTime(ChannelWriter<int> writer, int capacity, Gate trying)
    {
        for (int item = capacity; item < 11 * capacity;)
        {
            if (writer.TryWrite(item))
            {
                item++;
            }

            trying.Arrive();
        }
    }

    private static Task OnThread(Action act) =>
        Task.Factory.StartNew(act, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
