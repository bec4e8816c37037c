using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

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

    /// <summary>A value task of the application's own making that takes the continuation and then throws.</summary>
    [GuardedFact]
    public async Task Handler_ValueTaskThrowsThoughItTookTheContinuation_IsResumedOnce()
    {
        List<int> handled = [];
        Treacherous treacherous = new();
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>()
            .Produce(Enumerable.Range(0, 100))
            .Consume((item, _) =>
            {
                handled.Add(item);
                return item == 50 ? new ValueTask(treacherous, 0) : default;
            })
            .Build();

        PipelineReport report = await pipeline.RunAsync();

        handled.Should().Equal(Enumerable.Range(0, 100));
        report.Consumers().Completed.Should().Be(100);
        report.Failures.Should().ContainSingle().Which.Exception.Message.Should().Be("taken");
    }

    [GuardedFact]
    public async Task Handler_ValueTaskTakesNoContinuation_IsAFaultOfThatItem()
    {
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>()
            .Produce([1])
            .Consume((_, _) => new ValueTask(new Treacherous { Refuses = true }, 0))
            .Build();

        PipelineException thrown = (await FluentActions.Awaiting(() => pipeline.RunAsync()).Should().ThrowAsync<PipelineException>()).Which;

        thrown.InnerException!.Message.Should().Be("refused");
        thrown.Report.Consumers().Failed.Should().Be(1);
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

    private sealed class Treacherous : IValueTaskSource
    {
        private volatile bool _done;

        public bool Refuses { get; init; }

        public void GetResult(short token)
        {
        }

        public ValueTaskSourceStatus GetStatus(short token) => _done ? ValueTaskSourceStatus.Succeeded : ValueTaskSourceStatus.Pending;

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        {
            if (Refuses)
            {
                throw new InvalidOperationException("refused");
            }

            _done = true;
            continuation(state);
            throw new InvalidOperationException("taken");
        }
    }
}
