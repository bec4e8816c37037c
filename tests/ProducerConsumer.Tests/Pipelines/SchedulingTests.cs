using System.Runtime.CompilerServices;

namespace ProducerConsumer.Tests;

/// <summary>Threads and contexts: who waits where, and who gets the thread.</summary>
public sealed class SchedulingTests
{
    [GuardedFact]
    public async Task Write_ContextRefusesToPost_WakesTheWriterAnywayAndIsRecorded()
    {
        Gate gate = new();
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 1)
            .Consume(async (_, token) => await gate.PassAsync(token)).Build();
        await pipeline.StartAsync();
        await pipeline.Writer.WriteAsync(0);
        await gate.Arrived;
        await pipeline.Writer.WriteAsync(1);
        ValueTaskAwaiter parked = AwaiterOf(pipeline.Writer.WriteAsync(2));
        Gate resumed = new();
        SynchronizationContext? own = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new BrokenContext());
        parked.OnCompleted(resumed.Arrive);
        SynchronizationContext.SetSynchronizationContext(own);

        gate.Open();
        await resumed.Arrived;
        parked.GetResult();
        pipeline.Writer.Complete();

        PipelineReport report = await pipeline.Completion;
        report.Consumers().Completed.Should().Be(3);
        report.Failures.Should().ContainSingle().Which.Exception.Message.Should().Be("post");
    }

    [GuardedFact]
    public async Task Worker_GivesItsThreadBack_LeavesNoMarkOnIt()
    {
        int marked = 0;
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>()
            .Consume((_, _) => default(ValueTask), maxWorkers: 4).Build();
        await pipeline.StartAsync();
        for (int round = 0; round < 1_000; round++)
        {
            pipeline.Writer.TryWrite(round);
            TaskCompletionSource looked = new(TaskCreationOptions.RunContinuationsAsynchronously);
            ThreadPool.UnsafeQueueUserWorkItem(
                done =>
                {
                    marked += RunMark.Current is null ? 0 : 1;
                    done.SetResult();
                },
                looked,
                preferLocal: false);
            await looked.Task;
        }

        marked.Should().Be(0);
    }

    private static ValueTaskAwaiter AwaiterOf(ValueTask call) => call.GetAwaiter();

    private sealed class BrokenContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => throw new InvalidOperationException("post");
    }
}
