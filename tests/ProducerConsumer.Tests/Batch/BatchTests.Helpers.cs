using Microsoft.Extensions.Time.Testing;

namespace ProducerConsumer.Tests;

/// <summary>What the tests of batches share.</summary>
public sealed partial class BatchTests
{
    private static PooledPipeline<int> Build(
        List<IReadOnlyList<int>> batches, TimeProvider clock, int size, TimeSpan? maxWait, Action<StageOptions<int>>? configure = null) =>
        PooledPipeline.CreateBuilder<int>(capacity: 64, configure: options => options.TimeProvider = clock)
            .Batch(size, maxWait, configure)
            .Consume((batch, _) =>
            {
                lock (batches)
                {
                    batches.Add(batch);
                }

                return default;
            })
            .Build();

    private static async Task WriteAsync(PooledPipeline<int> pipeline, int first, int count)
    {
        foreach (int item in Enumerable.Range(first, count))
        {
            await pipeline.Writer.WriteAsync(item);
        }
    }

    /// <summary>Waits until the worker of the batch keeps that many items, of all that came, and has nothing else to do.</summary>
    private static async Task KeptAsync(PooledPipeline<int> pipeline, int count, Func<bool>? when = null)
    {
        while (when is null ? Books(pipeline) is not { Waiting: 0, Workers: 0 } books || books.InFlight != count : !when())
        {
            await Task.Yield();
        }
    }

    /// <summary>Waits until nobody is at work: whatever a timer set off has had its effect.</summary>
    private static async Task SettleAsync(PooledPipeline<int> pipeline)
    {
        for (int i = 0; i < 100; i++)
        {
            await Task.Yield();
        }

        while (pipeline.Run.Stages.Any(stage => stage.Pool.Active_NeedsLock > 0))
        {
            await Task.Yield();
        }
    }

    private static StageBooks Books(PooledPipeline<int> pipeline) =>
        ((BufferedStage<int>)pipeline.Run.Stages.Single(stage => stage.Name == "batch")).Buffer.ReadBooks("");

    private static async Task CountAsync(List<IReadOnlyList<int>> batches, int count)
    {
        while (true)
        {
            lock (batches)
            {
                if (batches.Count == count)
                {
                    return;
                }
            }

            await Task.Yield();
        }
    }

    private sealed class BrokenClock : FakeTimeProvider
    {
        public volatile bool IsBroken;

        /// <summary>Which question it does not answer, counted from 1.</summary>
        public int BreaksAt { get; init; }

        private int _asked;

        public override long GetTimestamp() =>
            IsBroken || Interlocked.Increment(ref _asked) == BreaksAt ? throw new InvalidOperationException("clock") : base.GetTimestamp();
    }
}
