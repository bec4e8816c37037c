using System.Diagnostics.CodeAnalysis;
using ProducerConsumer.Tests;

namespace ProducerConsumer.StressTests;

/// <summary>
/// An item costs no memory: what a run allocates is for its start. The delegates of these tests allocate nothing per item,
/// so that what is counted is the library's.
/// </summary>
public sealed class AllocationTests
{
    private const double Limit = 0.1;

    /// <summary>Where nearly every write waits.</summary>
    private const double CrowdedLimit = 0.5;

    /// <summary>Other threads of the process allocate too, never for long: what all tries have in common is the library's.</summary>
    private const int Tries = 3;

    public static TheoryData<int, int, int, double> Settings => new()
    {
        { 1, 1, 1024, Limit },
        { 2, 2, 1024, Limit },
        { 4, 4, 1024, Limit },
        { 20, 5, 1024, Limit },
        { 64, 64, 1024, Limit },
        { 1, 1, 64, Limit },
        { 2, 2, 64, Limit },
        { 4, 4, 64, Limit },
        { 20, 5, 64, Limit },
        { 64, 64, 64, CrowdedLimit },
        { 1, 1, 1, CrowdedLimit },
        { 4, 4, 1, CrowdedLimit },
    };

    [GuardedTheory]
    [MemberData(nameof(Settings))]
    public async Task WriteAsync_WithTheTokenOfTheProducer_AllocatesNothingPerItem(int producers, int consumers, int capacity, double limit) =>
        await ShouldAllocateAtMostAsync(limit, consumers, capacity, (builder, items) => builder.Produce(
            producers,
            async (writer, cancellationToken) =>
            {
                for (long item = 0; item < items / producers; item++)
                {
                    await writer.WriteAsync(item, cancellationToken);
                }
            }));

    [GuardedTheory]
    [MemberData(nameof(Settings))]
    public async Task Enumerable_AllocatesNothingPerItem(int producers, int consumers, int capacity, double limit) =>
        await ShouldAllocateAtMostAsync(limit, consumers, capacity, (builder, items) => Enumerable.Range(0, producers).Aggregate(
            builder, (all, _) => all.Produce(Numbers(items / producers))));

    /// <summary>A list of 16 items, of 8 bytes each, would cost more than 8 bytes per item.</summary>
    [GuardedTheory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task PooledBatch_AllocatesNothingPerItem(int consumers)
    {
        double least = double.MaxValue;
        for (int attempt = 0; attempt < Tries && least > Limit; attempt++)
        {
            SteadyState state = new();
            await PooledPipeline.CreateBuilder<long>(capacity: 256)
                .Produce(Numbers(SteadyState.Items))
                .Batch(16, pooled: true)
                .Consume(
                    (batch, _) =>
                    {
                        for (int i = 0; i < batch.Count; i++)
                        {
                            state.Count();
                        }

                        return default(ValueTask);
                    },
                    stage => stage.Capacity = 32,
                    maxWorkers: consumers)
                .Build()
                .RunAsync();
            least = Math.Min(least, state.BytesPerItem);
        }

        StressRun.Print($"{least:0.000} bytes per item.");
        least.Should().BeLessThanOrEqualTo(Limit);
    }

    [GuardedTheory]
    [InlineData(WriterKind.Push, 1)]
    [InlineData(WriterKind.Push, 64)]
    [InlineData(WriterKind.Producer, 1)]
    [InlineData(WriterKind.Producer, 64)]
    [SuppressMessage("Reliability", "CA2012", Justification = "Each is awaited once; a list of tasks would allocate.")]
    public async Task BlockedWrite_ThatIsReleased_AllocatesNothing(WriterKind kind, int together)
    {
        const int Writes = 64_000;
        using CancellationTokenSource application = new();
        await using BlockedWriter blocked = await BlockedWriter.CreateAsync(kind);
        ValueTask[] waiting = new ValueTask[together];
        double least = double.MaxValue;
        for (int attempt = 0; attempt <= Tries; attempt++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int round = 0; round < Writes / together; round++)
            {
                for (int i = 0; i < together; i++)
                {
                    waiting[i] = blocked.Writer.WriteAsync(1, application.Token);
                    Assert.False(waiting[i].IsCompleted);
                }

                for (int i = 0; i < together; i++)
                {
                    blocked.Release();
                    await waiting[i].ConfigureAwait(false);
                }
            }

            double bytes = (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / Writes;
            if (attempt > 0) // The first one fills the pools.
            {
                least = Math.Min(least, bytes);
            }
        }

        StressRun.Print($"{least:0.000} bytes per write.");
        least.Should().BeLessThan(Limit);
    }

    private static IEnumerable<long> Numbers(long count)
    {
        for (long item = 0; item < count; item++)
        {
            yield return item;
        }
    }

    private static async Task ShouldAllocateAtMostAsync(
        double limit, int consumers, int capacity, Func<PipelineBuilder<long>, long, PipelineBuilder<long>> addSource)
    {
        double least = double.MaxValue;
        for (int attempt = 0; attempt < Tries && least > limit; attempt++)
        {
            SteadyState state = new();
            PipelineReport report = await addSource(PooledPipeline.CreateBuilder<long>(capacity), SteadyState.Items)
                .Consume(state.Handle, maxWorkers: consumers)
                .Build()
                .RunAsync();
            report.Stages[^1].Completed.Should().BeGreaterThanOrEqualTo(SteadyState.End);
            least = Math.Min(least, state.BytesPerItem);
        }

        StressRun.Print($"{least:0.000} bytes per item.");
        least.Should().BeLessThanOrEqualTo(limit);
    }

    /// <summary>Looks at the allocated bytes twice within one run: after its start, and before its end.</summary>
    private sealed class SteadyState
    {
        public const long Items = 500_000;

        /// <summary>Shares are rounded down, so that a run handles a few items less than it was meant to.</summary>
        public const long End = Items - 1_000;

        private const long Begin = 100_000;

        private long _handled;
        private long _before;
        private long _after;

        public double BytesPerItem => (double)(_after - _before) / (End - Begin);

        public ValueTask Handle(long item, CancellationToken cancellationToken)
        {
            Count();
            return default;
        }

        /// <summary>One more item was handled.</summary>
        public void Count()
        {
            switch (Interlocked.Increment(ref _handled))
            {
                case Begin:
                    _before = GC.GetTotalAllocatedBytes(precise: true);
                    break;
                case End:
                    _after = GC.GetTotalAllocatedBytes(precise: true);
                    break;
            }
        }
    }
}
