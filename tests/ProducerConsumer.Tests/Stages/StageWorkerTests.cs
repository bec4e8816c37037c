using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;

namespace ProducerConsumer.Tests;

/// <summary>What code of a stage may do, and what happens when it does what it may not.</summary>
public sealed class StageWorkerTests
{
    [GuardedTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Abort_CodeRunsForNoItem_CancelsIt(bool isEnd)
    {
        FakeTimeProvider clock = new();
        Gate gate = new();
        await using PooledPipeline<int> pipeline = Build(
            () => new ScriptedWorker
            {
                OnHandle = (worker, _, _) =>
                {
                    worker.Wake(TimeSpan.FromSeconds(1));
                    return default;
                },
                OnWake = async (_, token) => await gate.PassAsync(token),
                OnEnd = async (_, token) => await gate.PassAsync(token),
            },
            clock: clock);
        await pipeline.StartAsync();
        await pipeline.Writer.WriteAsync(1);
        if (isEnd)
        {
            pipeline.Writer.Complete();
        }

        while (!gate.Arrived.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        PipelineReport report = await pipeline.StopAsync(StopMode.Abort);

        report.ShouldBalance();
        report.Outcome.Should().Be(PipelineOutcome.Aborted);
        report.Faults.Should().BeEmpty();
    }

    [GuardedTheory]
    [InlineData("throws")]
    [InlineData("null")]
    [InlineData("twice")]
    public async Task CreateWorker_DoesWrong_IsAFaultOfTheStage(string wrong)
    {
        Gate both = new(expected: 2);
        ScriptedWorker shared = new() { OnHandle = async (_, _, token) => await both.PassAsync(token) };
        await using PooledPipeline<int> pipeline = Build(
            () => wrong switch
            {
                "throws" => throw new InvalidOperationException("createWorker throws"),
                "null" => null!,
                _ => shared,
            },
            workers: 2);
        Task<PipelineReport> run = pipeline.RunAsync();

        await pipeline.Writer.WriteAsync(1); // Nothing of it comes to the writer.
        pipeline.Writer.TryWrite(2);

        PipelineException thrown = (await FluentActions.Awaiting(() => run).Should().ThrowAsync<PipelineException>()).Which;
        thrown.Faults[0].Stage.Should().Be("stage");
        thrown.InnerException!.Message.Should().Contain("createWorker").And.Contain(wrong);
        thrown.Report.ShouldBalance();
        thrown.Report.Stages[0].Accepted.Should().Be(thrown.Report.Stages[0].Undelivered.Count);
    }

    [GuardedFact]
    public async Task CreateWorker_ItemIsWritten_SeesNothingOfTheWriter()
    {
        AsyncLocal<string?> ambient = new();
        string? seen = "nothing yet";
        await using PooledPipeline<int> pipeline = Build(() =>
        {
            seen = ambient.Value;
            return new ScriptedWorker();
        });
        await pipeline.StartAsync();
        ambient.Value = "the writer's";
        pipeline.Writer.TryWrite(1);
        pipeline.Writer.Complete();
        await pipeline.Completion;
        seen.Should().BeNull();
    }

    /// <summary>One worker was told the end while another still has items in hand: what that gives away goes to neither.</summary>
    [GuardedFact]
    public async Task End_AnotherWorkerGivesItemsAway_IsTheLastThatAWorkerHears()
    {
        ConcurrentDictionary<ScriptedWorker, bool> ended = new();
        int afterTheEnd = 0;
        for (int round = 0; round < 300; round++)
        {
            await using PooledPipeline<int> pipeline = Build(
                () => new ScriptedWorker
                {
                    OnHandle = async (worker, item, _) =>
                    {
                        afterTheEnd += ended.ContainsKey(worker) ? 1 : 0;
                        if (item % 50 == 49)
                        {
                            await Task.Yield();
                            await Task.Yield();
                        }
                    },
                    OnEnd = async (worker, _) =>
                    {
                        ended[worker] = true;
                        await Task.Yield();
                    },
                },
                workers: 3,
                capacity: 256);
            await pipeline.Writer.WriteManyAsync(Enumerable.Range(0, 200).ToArray());
            pipeline.Writer.Complete();
            PipelineReport report = await pipeline.RunAsync();
            report.ShouldBalance();
            report.Stages[0].Completed.Should().Be(200);
        }

        afterTheEnd.Should().Be(0);
    }

    [GuardedFact]
    public async Task Tracked_CallEmitsMoreAfterItsItemIsSettled_IsToldOnceAtTheEnd()
    {
        ConcurrentQueue<ItemOutcome> told = [];
        Gate handled = new();
        bool wasTold = false;
        await using PooledPipeline<int> pipeline = Build(
            () => new ScriptedWorker
            {
                OnHandle = async (worker, _, _) =>
                {
                    worker.KeepIt();
                    await worker.EmitKept(1);
                    await handled.Arrived;
                    wasTold = !told.IsEmpty;
                    await worker.Emit(2);
                },
            },
            handle: _ => handled.Arrive());
        await pipeline.Writer.WriteTrackedAsync(1, told.Enqueue);
        pipeline.Writer.Complete();

        (await pipeline.RunAsync()).ShouldBalance();

        wasTold.Should().BeFalse();
        told.Should().Equal(ItemOutcome.Completed);
    }

    [GuardedFact]
    public async Task Keep_NoItemIsHandled_IsAFaultThatSaysSo()
    {
        await using PooledPipeline<int> pipeline = Build(() => new ScriptedWorker
        {
            OnEnd = (worker, _) =>
            {
                worker.KeepIt();
                return default;
            },
        });
        await pipeline.Writer.WriteAsync(1);
        pipeline.Writer.Complete();

        PipelineException thrown = (await FluentActions.Awaiting(() => pipeline.RunAsync()).Should().ThrowAsync<PipelineException>()).Which;

        thrown.InnerException!.Message.Should().Contain("Keep").And.Contain("HandleAsync");
        thrown.Report.ShouldBalance();
    }

    [GuardedFact]
    public async Task Abort_SettlementCallbackBlocks_DoesNotHoldUpTheStop()
    {
        using ManualResetEventSlim release = new();
        Gate told = new();
        Gate gate = new();
        CancellationToken handlers = default;
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>()
            .Select(item => item)
            .Consume(
                async (_, token) =>
                {
                    handlers = token;
                    await gate.PassAsync(token);
                },
                stage => stage.Capacity = 1)
            .Build();
        await pipeline.StartAsync();
        for (int item = 0; item < 6; item++)
        {
            await pipeline.Writer.WriteTrackedAsync(item, _ =>
            {
                told.Arrive();
                release.Wait(TestContext.Current.CancellationToken);
            });
        }

        await gate.Arrived;
        pipeline.RequestStop(StopMode.Abort);

        handlers.IsCancellationRequested.Should().BeTrue();
        await told.Arrived;
        pipeline.Completion.IsCompleted.Should().BeFalse("the run waits for those who are told");
        release.Set();
        (await pipeline.Completion).ShouldBalance();
    }

    [GuardedFact]
    public async Task ActivityListener_Throws_IsRecordedAndTheItemIsHandled()
    {
        string stage = $"stage {Guid.NewGuid()}";
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>()
            .Consume((_, _) => default(ValueTask), options => options.Name = stage).Build();
        using (new Activity("write").Start())
        {
            await pipeline.Writer.WriteAsync(1);
        }

        pipeline.Writer.Complete();
        using ActivityListener listener = new()
        {
            ShouldListenTo = _ => true,
            ActivityStarted = activity =>
            {
                if (activity.OperationName == stage)
                {
                    throw new InvalidOperationException("listener");
                }
            },
        };
        ActivitySource.AddActivityListener(listener);

        PipelineReport report = await pipeline.RunAsync();

        report.Consumers().Completed.Should().Be(1);
        report.Failures.Should().ContainSingle().Which.Exception.Message.Should().Be("listener");
    }

    [GuardedFact]
    public async Task SettlementCallback_LeavesSomethingAmbient_DoesNotReachTheNextItem()
    {
        AsyncLocal<string?> ambient = new();
        List<string?> seen = [];
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>()
            .Consume((_, _) =>
            {
                seen.Add(ambient.Value ?? Activity.Current?.OperationName);
                return default(ValueTask);
            })
            .Build();
        for (int item = 0; item < 5; item++)
        {
            await pipeline.Writer.WriteTrackedAsync(item, _ =>
            {
                ambient.Value = "left behind";
                new Activity("left behind").Start();
            });
        }

        pipeline.Writer.Complete();
        await pipeline.RunAsync();

        seen.Should().HaveCount(5).And.OnlyContain(left => left == null);
    }

    [GuardedFact]
    public async Task Abort_CallHasKeptItsItemAndEmitted_HandsItBackAsStarted()
    {
        Gate gate = new();
        await using PooledPipeline<int> pipeline = Build(() => new ScriptedWorker
        {
            OnHandle = async (worker, _, token) =>
            {
                worker.KeepIt();
                await worker.Emit(7);
                await gate.PassAsync(token);
            },
        });
        await pipeline.StartAsync();
        await pipeline.Writer.WriteAsync(1);
        await gate.Arrived;

        PipelineReport report = await pipeline.StopAsync(StopMode.Abort);

        report.ShouldBalance();
        UndeliveredItem entry = report.Stages[0].Undelivered.Should().ContainSingle().Which;
        (entry.Started, entry.Emitted).Should().Be((true, 1));
    }

    [GuardedFact]
    public async Task Emit_NotAwaited_IsAFaultThatSaysSo()
    {
        Gate gate = new();
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>()
            .AddStage(() => new ScriptedWorker
            {
                OnHandle = (worker, item, _) =>
                {
                    ValueTask emit = worker.Emit(item);
                    return emit.IsCompleted ? emit : default;
                },
            })
            .Consume(async (_, token) => await gate.PassAsync(token), stage => stage.Capacity = 1)
            .Build();
        Task<PipelineReport> run = pipeline.RunAsync();
        for (int item = 0; item < 5; item++)
        {
            pipeline.Writer.TryWrite(item);
        }

        PipelineException thrown = (await FluentActions.Awaiting(() => run).Should().ThrowAsync<PipelineException>()).Which;
        thrown.InnerException!.Message.Should().Contain("Await EmitAsync");
        thrown.Report.ShouldBalance();
    }

    private static PooledPipeline<int> Build(
        Func<StageWorker<int, int>> createWorker, int workers = 1, int capacity = 64, TimeProvider? clock = null, Action<int>? handle = null) =>
        PooledPipeline.CreateBuilder<int>(capacity, configure: options => options.TimeProvider = clock ?? TimeProvider.System)
            .AddStage(createWorker, maxWorkers: workers)
            .Consume((item, _) =>
            {
                handle?.Invoke(item);
                return default(ValueTask);
            })
            .Build();
}
