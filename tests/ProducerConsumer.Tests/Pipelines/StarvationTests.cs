using System.Collections.Concurrent;

namespace ProducerConsumer.Tests;

/// <summary>Runs alone: it takes the whole thread pool.</summary>
[CollectionDefinition(nameof(StarvationTests), DisableParallelization = true)]
[Collection(nameof(StarvationTests))]
public sealed class StarvationTests
{
    [GuardedFact]
    public async Task ThreadPoolBlocked_ManyPipelines_LeaveNobodyParked()
    {
        const int Pipelines = 16;
        const int Writers = 10;
        ThreadPool.GetMinThreads(out int threads, out _);
        using ManualResetEventSlim release = new();
        Task[] blockers = [.. Enumerable.Range(0, threads).Select(_ => Task.Run(() => release.Wait()))];
        int[] handled = new int[Pipelines];
        PooledPipeline<int>[] pipelines =
        [
            .. Enumerable.Range(0, Pipelines).Select(number => PooledPipeline.CreateBuilder<int>(capacity: 1)
                .Consume((_, _) =>
                {
                    handled[number]++;
                    return default(ValueTask);
                })
                .Build()),
        ];
        Task<PipelineReport>[] runs = [.. pipelines.Select(pipeline => pipeline.RunAsync())];
        List<Task> writes = [];
        foreach (PooledPipeline<int> pipeline in pipelines)
        {
            for (int item = 0; item < Writers; item++)
            {
                writes.Add(pipeline.Writer.WriteAsync(item).AsTask());
            }
        }

        release.Set();
        await Task.WhenAll(writes);
        foreach (PooledPipeline<int> pipeline in pipelines)
        {
            pipeline.Writer.Complete();
        }

        await Task.WhenAll(runs);
        await Task.WhenAll(blockers);
        handled.Should().OnlyContain(count => count == Writers);
    }

    /// <summary>Writers and workers that hand each other their threads give them to others as well.</summary>
    [GuardedFact]
    public async Task RoomForOne_MorePipelinesThanThreads_OthersGetAThread()
    {
        ThreadPool.GetMinThreads(out int threads, out _);
        using CancellationTokenSource stop = new();
        Task[] runs =
        [
            .. Enumerable.Range(0, 4 * threads).Select(_ => PooledPipeline.CreateBuilder<int>(capacity: 1)
                .Produce(count: 1, async (writer, token) =>
                {
                    while (!stop.IsCancellationRequested)
                    {
                        await writer.WriteAsync(0, token);
                    }
                })
                .Consume((_, _) => default(ValueTask))
                .Build()
                .RunAsync()),
        ];
        for (int others = 0; others < 50; others++)
        {
            TaskCompletionSource ran = new(TaskCreationOptions.RunContinuationsAsynchronously);
            ThreadPool.UnsafeQueueUserWorkItem(static ran => ran.SetResult(), ran, preferLocal: false);
            await ran.Task;
        }

        await stop.CancelAsync();
        await Task.WhenAll(runs);
    }

    /// <summary>A writer that waited for nothing and keeps its thread does not keep the item, which was put into the hands of a worker.</summary>
    [GuardedFact]
    public async Task RoomForOne_WriterKeepsItsThread_ItsItemIsHandled()
    {
        const int Count = 50;
        using SemaphoreSlim handled = new(0);
        CancellationToken hang = TestContext.Current.CancellationToken;
        PipelineReport report = await PooledPipeline.CreateBuilder<int>(capacity: 1)
            .Produce(count: 1, async (writer, token) =>
            {
                for (int item = 0; item < Count; item++)
                {
                    await writer.WriteAsync(item, token);
                    handled.Wait(hang);
                }
            })
            .Consume((_, _) =>
            {
                handled.Release();
                return default(ValueTask);
            })
            .Build()
            .RunAsync();
        report.Stages[^1].Completed.Should().Be(Count);
    }

    /// <summary>As many handlers block as there are workers, whatever the thread pool has; and their threads end with the run.</summary>
    [GuardedFact]
    public async Task DedicatedThreads_FortyEightHandlersBlock_AllMeet()
    {
        const int Workers = 48;
        using Barrier barrier = new(Workers);
        CancellationToken hang = TestContext.Current.CancellationToken;
        ConcurrentBag<Thread> threads = [];
        int pooled = 0;
        PipelineReport report = await PooledPipeline.CreateBuilder<int>()
            .Produce(Enumerable.Range(0, 2 * Workers))
            .Transform(async (item, _) =>
            {
                await Task.Yield(); // On the pool, which the blocked ones do not use.
                return item;
            })
            .Consume(
                (_, _) =>
                {
                    threads.Add(Thread.CurrentThread);
                    Interlocked.Add(ref pooled, Thread.CurrentThread.IsThreadPoolThread ? 1 : 0);
                    barrier.SignalAndWait(hang);
                    return default(ValueTask);
                },
                stage =>
                {
                    stage.MaxWorkers = Workers;
                    stage.DedicatedThreads = true;
                })
            .Build()
            .RunAsync(hang);

        report.ShouldBalance();
        report.Consumers().Completed.Should().Be(2 * Workers);
        pooled.Should().Be(0);
        threads.Distinct().Should().HaveCount(Workers);
        while (threads.Any(thread => thread.IsAlive))
        {
            await Task.Yield();
        }
    }

    [GuardedFact]
    public async Task DedicatedThreads_HandlersSuspendFailAndAreStopped_KeepAllPromises()
    {
        for (int round = 0; round < 50; round++)
        {
            int failing = 20 + round;
            await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 8)
                .Produce(Enumerable.Range(0, 200))
                .Consume(
                    async (item, _) =>
                    {
                        if (item % 3 == 0)
                        {
                            await Task.Yield();
                        }

                        if (item == failing && failing % 2 == 0)
                        {
                            throw new InvalidOperationException("boom");
                        }
                    },
                    stage =>
                    {
                        stage.MaxWorkers = 3;
                        stage.DedicatedThreads = true;
                    })
                .Build();
            await Task.WhenAny(pipeline.RunAsync());
            pipeline.Report!.ShouldBalance();
            pipeline.Report!.Outcome.Should().Be(failing % 2 == 0 ? PipelineOutcome.Faulted : PipelineOutcome.Completed);
        }
    }

    [GuardedFact]
    public async Task SynchronousHandlers_MoreThanThreads_TakeTurns()
    {
        // As many threads as the pool begins with and no more; four times as many workers that never run out of work.
        ThreadPool.GetMinThreads(out int threads, out _);
        ThreadPool.GetMaxThreads(out int most, out int mostIo);
        int pipelines = 4 * threads;
        int waiting = pipelines;
        int[] handled = new int[pipelines];
        using CancellationTokenSource enough = new();
        ThreadPool.SetMaxThreads(threads, mostIo).Should().BeTrue();
        try
        {
            await Task.WhenAll(Enumerable.Range(0, pipelines).Select(RunAsync));
        }
        finally
        {
            ThreadPool.SetMaxThreads(most, mostIo);
        }

        handled.Should().OnlyContain(count => count > 0);

        async Task RunAsync(int number)
        {
            PooledPipeline<int> pipeline = null!;
            pipeline = PooledPipeline.CreateBuilder<int>(capacity: 4)
                .Consume((item, _) =>
                {
                    pipeline.Writer.TryWrite(item);
                    if (++handled[number] == 1 && Interlocked.Decrement(ref waiting) == 0)
                    {
                        enough.Cancel();
                    }

                    return default(ValueTask);
                })
                .Build();
            pipeline.Writer.TryWrite(1);
            await Task.WhenAny(pipeline.RunAsync(enough.Token));
        }
    }
}
