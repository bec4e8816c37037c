using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;

namespace ProducerConsumer.Tests;

/// <summary>An acknowledging source hears of each item once, when the last of what it became is settled.</summary>
public sealed class SettlementTests
{
    private readonly ConcurrentDictionary<int, ItemOutcome> _outcomes = new();

    [GuardedTheory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task Tracked_ThroughEveryKindOfStage_IsCompletedOnce(int workers)
    {
        ConcurrentQueue<int> handled = [];
        PipelineReport report = await PooledPipeline.CreateBuilder<int>(capacity: 8)
            .Produce(1, WriteTrackedAsync(500))
            .Transform(async (item, _) =>
            {
                if (item % 5 == 0)
                {
                    await Task.Yield();
                }

                return item;
            }, maxWorkers: workers)
            .Where(item => item % 3 > 0)
            .TransformMany(item => Enumerable.Repeat(item, item % 4))
            .Batch(7)
            .Consume((batch, _) =>
            {
                foreach (int item in batch)
                {
                    _outcomes.ContainsKey(item).Should().BeFalse("not before the last descendant");
                    handled.Enqueue(item);
                }

                return default;
            })
            .Build()
            .RunAsync();

        report.ShouldBalance();
        handled.Should().HaveCount(Enumerable.Range(0, 500).Where(item => item % 3 > 0).Sum(item => item % 4));
        _outcomes.Should().HaveCount(500);
        _outcomes.Values.Should().OnlyContain(outcome => outcome == ItemOutcome.Completed);
    }

    [GuardedFact]
    public async Task Tracked_OneOfItsResultsFails_IsFailed()
    {
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>()
            .TransformMany(item => new[] { item, -item })
            .Consume((item, _) => item == -2 ? throw new InvalidOperationException("boom") : default(ValueTask))
            .Build();
        await WriteTrackedAsync(3)(pipeline.Writer, default);
        pipeline.Writer.Complete();

        await FluentActions.Awaiting(() => pipeline.RunAsync()).Should().ThrowAsync<PipelineException>();

        pipeline.Report!.ShouldBalance();
        _outcomes.Should().HaveCount(3);
        _outcomes[2].Should().BeOneOf(ItemOutcome.Failed, ItemOutcome.Undelivered);
        _outcomes[0].Should().Be(ItemOutcome.Completed);
    }

    /// <summary>Wherever an item is when the run is aborted: in a channel, in a call, in a batch, parked.</summary>
    [GuardedTheory]
    [InlineData(1)]
    [InlineData(64)]
    public async Task Tracked_AbortedAnywhere_IsUndelivered(int capacity)
    {
        Gate gate = new();
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity)
            .Produce(1, WriteTrackedAsync(200))
            .Transform((item, _) => new ValueTask<int>(item))
            .Batch(capacity)
            .Select(batch => batch.Count)
            .Consume(async (_, token) => await gate.PassAsync(token))
            .Build();
        await pipeline.StartAsync();
        await gate.Arrived;

        PipelineReport report = await pipeline.StopAsync(StopMode.Abort);

        report.ShouldBalance();
        _outcomes.Should().HaveCount((int)report.Stages[1].Accepted);
        _outcomes.Values.Should().OnlyContain(outcome => outcome == ItemOutcome.Undelivered);
    }

    [GuardedFact]
    public async Task Tracked_BatchFails_FailsItsItemsAndNoOthers()
    {
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>()
            .Batch(4)
            .Consume((batch, _) => batch.Contains(9) ? throw new InvalidOperationException("boom") : default(ValueTask))
            .Build();
        await WriteTrackedAsync(16)(pipeline.Writer, default);
        pipeline.Writer.Complete();

        await FluentActions.Awaiting(() => pipeline.RunAsync()).Should().ThrowAsync<PipelineException>();

        _outcomes.Should().HaveCount(16);
        Enumerable.Range(0, 8).Should().OnlyContain(item => _outcomes[item] == ItemOutcome.Completed);
        Enumerable.Range(8, 4).Should().OnlyContain(item => _outcomes[item] == ItemOutcome.Failed);
        Enumerable.Range(12, 4).Should().OnlyContain(item => _outcomes[item] == ItemOutcome.Undelivered);
    }

    [GuardedFact]
    public async Task Tracked_Dropped_IsToldAndTheDropHandlerToo()
    {
        List<int> dropped = [];
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 2)
            .Consume((_, _) => default(ValueTask), stage => stage.DropWhenFull(BoundedChannelFullMode.DropOldest, dropped.Add))
            .Build();
        await WriteTrackedAsync(5)(pipeline.Writer, default);
        pipeline.Writer.Complete();

        await pipeline.RunAsync();

        dropped.Should().Equal(0, 1, 2);
        _outcomes.Where(pair => pair.Value == ItemOutcome.Dropped).Select(pair => pair.Key).Should().BeEquivalentTo(dropped);
        _outcomes.Should().HaveCount(5);
    }

    [GuardedFact]
    public async Task Tracked_WriteIsRefused_IsNotTold()
    {
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 1).Consume((_, _) => default(ValueTask)).Build();
        using CancellationTokenSource source = new();
        await pipeline.Writer.WriteTrackedAsync(1, outcome => _outcomes[1] = outcome);
        ValueTask parked = pipeline.Writer.WriteTrackedAsync(2, outcome => _outcomes[2] = outcome, source.Token);
        await source.CancelAsync();
        await FluentActions.Awaiting(() => parked.AsTask()).Should().ThrowAsync<OperationCanceledException>();

        await pipeline.StopAsync(StopMode.Abort);
        await FluentActions.Awaiting(() => pipeline.Writer.WriteTrackedAsync(3, outcome => _outcomes[3] = outcome).AsTask())
            .Should().ThrowAsync<ChannelClosedException>();

        _outcomes.Should().BeEquivalentTo(new Dictionary<int, ItemOutcome> { [1] = ItemOutcome.Undelivered });
    }

    [GuardedFact]
    public async Task Tracked_CallbackThrows_IsRecordedAndNobodyIsHurt()
    {
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>().Consume((_, _) => default(ValueTask)).Build();
        await pipeline.Writer.WriteTrackedAsync(1, _ => throw new InvalidOperationException("callback"));
        await pipeline.Writer.WriteTrackedAsync(2, outcome => _outcomes[2] = outcome);
        pipeline.Writer.Complete();

        PipelineReport report = await pipeline.RunAsync();

        report.Consumers().Completed.Should().Be(2);
        report.Failures.Should().ContainSingle().Which.Exception.Message.Should().Be("callback");
        _outcomes[2].Should().Be(ItemOutcome.Completed);
    }

    /// <summary>Item k's handlers see the trace in which item k was written, in every stage; nothing of the caller's leaks in otherwise.</summary>
    [GuardedTheory]
    [InlineData("writer")]
    [InlineData("push")]
    [InlineData("many")]
    [InlineData("enumerable")]
    public async Task Activity_AroundTheWrite_IsTheParentInEveryStage(string source)
    {
        const int Items = 20;
        ConcurrentDictionary<int, ActivityTraceId> written = new();
        ConcurrentBag<(int Item, string? Stage, ActivityTraceId? Trace)> seen = [];
        using Activity outer = new Activity("outer").Start(); // Of whoever builds and starts: no item is written in it.
        PipelineBuilder<int> builder = PooledPipeline.CreateBuilder<int>(capacity: 4);
        builder = source switch
        {
            "writer" => builder.Produce(2, async (writer, token) =>
            {
                for (int i = 0; i < Items; i++)
                {
                    await InActivityAsync(i, () => writer.WriteAsync(i, token));
                }
            }),
            "enumerable" => builder.Produce(Pull()),
            _ => builder,
        };
        PooledPipeline<int> pipeline = builder
            .Transform(async (item, _) =>
            {
                See(item);
                await Task.Yield();
                See(item);
                return item;
            }, stage => stage.Name = "first", maxWorkers: 2)
            .Select(item =>
            {
                See(item);
                return item;
            })
            .Consume((item, _) =>
            {
                See(item);
                return default;
            })
            .Build();
        Task<PipelineReport> run = pipeline.RunAsync();
        if (source is "push" or "many")
        {
            for (int i = 0; i < Items; i++)
            {
                int item = i;
                await InActivityAsync(i, async () =>
                {
                    if (source == "push")
                    {
                        await pipeline.Writer.WriteAsync(item);
                    }
                    else
                    {
                        await pipeline.Writer.WriteManyAsync(new[] { item });
                    }
                });
            }

            pipeline.Writer.Complete();
        }

        await run;
        seen.Should().HaveCount((source == "writer" ? 2 : 1) * Items * 4);
        seen.Select(entry => entry.Stage).Distinct().Should().BeEquivalentTo("first", "select", "consumers");
        seen.Should().OnlyContain(entry => entry.Trace != null && entry.Trace != outer.TraceId);
        if (source != "writer")
        {
            seen.Should().OnlyContain(entry => entry.Trace == written[entry.Item]);
        }

        Activity.Current.Should().BeSameAs(outer);

        void See(int item) => seen.Add((item, Activity.Current?.OperationName, Activity.Current?.TraceId));

        async Task InActivityAsync(int item, Func<ValueTask> write)
        {
            Activity? before = Activity.Current;
            Activity.Current = null;
            using (Activity activity = new Activity("write").Start())
            {
                written[item] = activity.TraceId;
                await write();
            }

            Activity.Current = before;
        }

        IEnumerable<int> Pull()
        {
            for (int i = 0; i < Items; i++)
            {
                using Activity activity = new Activity("read").Start();
                written[i] = activity.TraceId;
                yield return i;
            }
        }
    }

    private Func<PipelineWriter<int>, CancellationToken, ValueTask> WriteTrackedAsync(int count) => async (writer, token) =>
    {
        for (int i = 0; i < count; i++)
        {
            int item = i;
            await writer.WriteTrackedAsync(item, outcome => _outcomes.TryAdd(item, outcome).Should().BeTrue("told once"), token);
        }
    };
}
