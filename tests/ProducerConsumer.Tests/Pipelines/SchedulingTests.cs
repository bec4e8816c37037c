using System.Collections.Concurrent;
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
        PooledPipeline<int>? pipeline = null;
        pipeline = PooledPipeline.CreateBuilder<int>()
            .Produce(Enumerable.Range(0, 100))
            .Consume((item, _) =>
            {
                handled.Add(item);
                return item == 50 ? new ValueTask(treacherous, 0) : item == 99 ? RecordedAsync(pipeline!) : default;
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

    /// <summary>A value task of the application's own making that calls its continuation once more, while the next call is running.</summary>
    [GuardedFact]
    public async Task Handler_ContinuationIsCalledAgain_WaitsForTheCallThatIsRunning()
    {
        Treacherous treacherous = new() { KeepsQuiet = true };
        Gate gate = new();
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>()
            .Produce([0, 1, 2])
            .Consume((item, _) => item == 0 ? new ValueTask(treacherous, 0) : new ValueTask(gate.PassAsync()))
            .Build();
        Task<PipelineReport> run = pipeline.RunAsync();
        await treacherous.Taken;
        treacherous.Continue();
        await gate.Arrived;

        for (int i = 0; i < 100; i++)
        {
            treacherous.Continue();
            await Task.Yield();
        }

        gate.Count.Should().Be(1);
        gate.Open();
        (await run).Consumers().Completed.Should().Be(3);
    }

    /// <summary>A wait that is awaited twice is its caller's fault, and nobody else's wait suffers.</summary>
    [GuardedFact]
    public async Task Write_AwaitedTwice_FailsTheSecondTimeAndHurtsNobody()
    {
        const int Others = 4;
        const int Writes = 2_000;
        int refused = 0;
        int awaitedTwice = 0;
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 1)
            .Produce(Others, async (writer, token) =>
            {
                for (int i = 0; i < Writes; i++)
                {
                    await writer.WriteAsync(i, token);
                }
            })
            .Produce(1, async (writer, token) =>
            {
                for (int i = 0; i < Writes; i++)
                {
                    ValueTask write = writer.WriteAsync(i, token);
                    bool waits = !write.IsCompleted;
                    await write;
                    if (waits)
                    {
                        awaitedTwice++;
                        try
                        {
                            await write;
                        }
                        catch (InvalidOperationException)
                        {
                            refused++;
                        }
                    }
                }
            })
            .Consume(async (_, _) => await Task.Yield(), maxWorkers: 2)
            .Build();

        PipelineReport report = await pipeline.RunAsync();

        report.Consumers().Completed.Should().Be((Others + 1) * Writes);
        awaitedTwice.Should().BePositive();
        refused.Should().Be(awaitedTwice);
    }

    /// <summary>
    /// Turns that return at once follow each other on the workers that are there; they do not start one each. There is room
    /// for all: workers that wait for room are another matter.
    /// </summary>
    [GuardedFact]
    public async Task Produce_QuickTurns_StartFewWorkers()
    {
        const int Turns = 50_000;
        ConcurrentDictionary<CancellationToken, bool> workers = new(); // Each worker has a token of its own.

        PipelineReport report = await PooledPipeline.CreateBuilder<int>(capacity: Turns)
            .Produce(Turns, token =>
            {
                workers.TryAdd(token, true);
                return new ValueTask<int>(1);
            })
            .Consume((_, _) => default(ValueTask))
            .Build()
            .RunAsync();

        report.Consumers().Completed.Should().Be(Turns);
        workers.Count.Should().BeLessThan(Turns / 10);
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

    /// <summary>Until what was thrown is recorded, which goes its own way once the worker is resumed.</summary>
    private static async ValueTask RecordedAsync(PooledPipeline<int> pipeline)
    {
        while (pipeline.Run.Faults.CopyFailures().Count == 0)
        {
            await Task.Yield();
        }
    }

    private sealed class Treacherous : IValueTaskSource
    {
        private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _done;
        private Action? _continue;

        public bool Refuses { get; init; }

        /// <summary>Whether it takes the continuation without calling it or throwing.</summary>
        public bool KeepsQuiet { get; init; }

        /// <summary>Completes when it has the continuation.</summary>
        public Task Taken => _taken.Task;

        public void Continue() => _continue!();

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
            _continue = () => continuation(state);
            _taken.TrySetResult();
            if (KeepsQuiet)
            {
                return;
            }

            continuation(state);
            throw new InvalidOperationException("taken");
        }
    }
}
