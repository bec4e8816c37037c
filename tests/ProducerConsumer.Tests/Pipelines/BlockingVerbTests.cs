using System.Collections.Concurrent;

namespace ProducerConsumer.Tests;

/// <summary>
/// Code that blocks has threads of its own: it meets in a barrier of more participants than the thread pool has threads.
/// Runs alone: it limits the thread pool.
/// </summary>
[CollectionDefinition(nameof(BlockingVerbTests), DisableParallelization = true)]
[Collection(nameof(BlockingVerbTests))]
public sealed class BlockingVerbTests
{
    /// <summary>Of each verb; the pool has fewer threads.</summary>
    private const int Workers = 48;

    private readonly ConcurrentBag<Call> _calls = [];

    [GuardedFact]
    public async Task BlockingVerbs_MoreCallsThanThePoolHasThreads_RunAtOnce()
    {
        using PoolLimit limit = new(Workers - 1);
        using Barrier producers = new(Workers);
        using Barrier transforms = new(Workers);
        using Barrier consumers = new(Workers);
        CancellationToken hang = TestContext.Current.CancellationToken;
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 4 * Workers)
            .ProduceBlocking(2 * Workers, _ => Meet(producers, 1), maxWorkers: Workers)
            .TransformBlocking((item, _) => Meet(transforms, item), maxWorkers: Workers)
            .ConsumeBlocking((item, _) => Meet(consumers, item), maxWorkers: Workers)
            .Build();

        PipelineReport report = await pipeline.RunAsync(hang);

        report.ShouldBalance();
        report.Consumers().Completed.Should().Be(2 * Workers);
        _calls.Should().HaveCount(3 * 2 * Workers);
        _calls.Should().OnlyContain(call => !call.IsPooled && call.Context == null && call.Run == pipeline.Run);
        _calls.Select(call => call.Thread).Distinct().Should().HaveCountLessThanOrEqualTo(3 * Workers);
        await DeadAsync(_calls);

        int Meet(Barrier barrier, int item)
        {
            Note();
            barrier.SignalAndWait(hang);
            return item;
        }
    }

    /// <summary>A sequence is enumerated, and disposed, on one thread, also when it has to wait for room.</summary>
    [GuardedFact]
    public async Task ProduceBlocking_SequenceWaitsForRoom_StaysOnItsThread()
    {
        PipelineReport report = await PooledPipeline.CreateBuilder<int>(capacity: 2)
            .ProduceBlocking(Items())
            .Consume(async (_, _) => await Task.Yield())
            .Build()
            .RunAsync();

        report.ShouldBalance();
        report.Consumers().Completed.Should().Be(500);
        _calls.Should().HaveCount(501);
        _calls.Should().OnlyContain(call => !call.IsPooled);
        _calls.Select(call => call.Thread).Distinct().Should().ContainSingle();
        await DeadAsync(_calls);

        IEnumerable<int> Items()
        {
            try
            {
                for (int item = 0; item < 500; item++)
                {
                    Note();
                    yield return item;
                }
            }
            finally
            {
                Note();
            }
        }
    }

    [GuardedFact]
    public async Task ProduceBlocking_StoppedWhileItWaitsForRoom_EndsItsThreads()
    {
        Gate gate = new(expected: 1);
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 1)
            .ProduceBlocking(1_000, _ => Note(), maxWorkers: 3)
            .ProduceBlocking(Enumerable.Range(0, 1_000).Select(_ => Note()))
            .Consume(async (_, token) => await gate.PassAsync(token))
            .Build();
        await pipeline.StartAsync();
        await gate.Arrived;

        PipelineReport report = await pipeline.StopAsync(StopMode.Abort);

        report.ShouldBalance();
        report.Outcome.Should().Be(PipelineOutcome.Aborted);
        await DeadAsync(_calls);
    }

    [GuardedTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BlockingVerbs_DedicatedThreads_CanBeSwitchedOff(bool dedicated)
    {
        await PooledPipeline.CreateBuilder<int>()
            .Produce([1, 2, 3])
            .TransformBlocking((_, _) => Note(), stage => stage.DedicatedThreads = dedicated)
            .ConsumeBlocking((_, _) => Note(), stage => stage.DedicatedThreads = dedicated)
            .Build()
            .RunAsync();

        _calls.Should().HaveCount(6).And.OnlyContain(call => call.IsPooled == !dedicated);
    }

    [GuardedFact]
    public async Task ConsumeBlocking_StopsItsOwnRun_IsToldHowToAskForIt()
    {
        PooledPipeline<int> pipeline = null!;
        pipeline = PooledPipeline.CreateBuilder<int>()
            .Produce([1])
            .ConsumeBlocking((_, _) => pipeline.StopAsync().GetAwaiter().GetResult())
            .Build();

        Func<Task> run = () => pipeline.RunAsync();

        (await run.Should().ThrowAsync<PipelineException>()).Which.Faults.Single().Exception.Message.Should().Contain("RequestStop");
    }

    private int Note()
    {
        _calls.Add(new Call(Thread.CurrentThread, Thread.CurrentThread.IsThreadPoolThread, SynchronizationContext.Current, RunMark.Current?.Run));
        return 1;
    }

    private static async Task DeadAsync(IEnumerable<Call> calls)
    {
        foreach (Call call in calls)
        {
            while (call.Thread.IsAlive)
            {
                await Task.Yield();
            }
        }
    }

    private sealed record Call(Thread Thread, bool IsPooled, SynchronizationContext? Context, PipelineRun? Run);

    /// <summary>The pool has at most so many threads.</summary>
    private sealed class PoolLimit : IDisposable
    {
        private readonly int _threads;
        private readonly int _io;

        public PoolLimit(int threads)
        {
            ThreadPool.GetMaxThreads(out _threads, out _io);
            ThreadPool.SetMaxThreads(threads, _io).Should().BeTrue();
        }

        public void Dispose() => ThreadPool.SetMaxThreads(_threads, _io);
    }
}
