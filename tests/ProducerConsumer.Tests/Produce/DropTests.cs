using System.Collections.Concurrent;
using System.Threading.Channels;

namespace ProducerConsumer.Tests;

public sealed class DropTests
{
    [GuardedTheory]
    [InlineData(BoundedChannelFullMode.DropOldest, new[] { 3, 4 }, new[] { 1, 2 })]
    [InlineData(BoundedChannelFullMode.DropNewest, new[] { 1, 4 }, new[] { 2, 3 })]
    [InlineData(BoundedChannelFullMode.DropWrite, new[] { 1, 2 }, new[] { 3, 4 })]
    public async Task FullStage_DropsByItsModeAndTellsTheHandler(BoundedChannelFullMode mode, int[] kept, int[] dropped)
    {
        List<int> told = [];
        List<int> handled = [];
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 100)
            .Consume(
                (item, _) =>
                {
                    handled.Add(item);
                    return default(ValueTask);
                },
                stage =>
                {
                    stage.Capacity = 2;
                    stage.DropWhenFull(mode, told.Add);
                })
            .Build();
        for (int item = 1; item <= 4; item++)
        {
            await pipeline.Writer.WriteAsync(item);
        }

        pipeline.Writer.Complete();
        PipelineReport report = await pipeline.RunAsync();

        handled.Should().Equal(kept);
        told.Should().Equal(dropped);
        report.Consumers().Dropped.Should().Be(2);
        report.Consumers().Accepted.Should().Be(4);
        report.ShouldBalance();
    }

    [GuardedTheory]
    [InlineData(BoundedChannelFullMode.DropOldest)]
    [InlineData(BoundedChannelFullMode.DropNewest)]
    [InlineData(BoundedChannelFullMode.DropWrite)]
    public async Task ManyWriters_WrittenIsKeptPlusDropped(BoundedChannelFullMode mode)
    {
        ConcurrentQueue<int> told = [];
        ConcurrentQueue<int> handled = [];
        PipelineReport report = await PooledPipeline.CreateBuilder<int>(capacity: 3)
            .Produce(8, async (writer, token) =>
            {
                for (int i = 0; i < 500; i++)
                {
                    await writer.WriteAsync(i, token);
                }
            })
            .Consume(
                async (item, _) =>
                {
                    await Task.Yield();
                    handled.Enqueue(item);
                },
                stage =>
                {
                    stage.MaxWorkers = 2;
                    stage.DropWhenFull(mode, told.Enqueue);
                })
            .Build()
            .RunAsync();

        report.Consumers().Accepted.Should().Be(4_000);
        report.Consumers().Dropped.Should().Be(told.Count);
        report.Consumers().Completed.Should().Be(handled.Count);
        handled.Concat(told).GroupBy(item => item).Should().OnlyContain(group => group.Count() == 8);
        report.ShouldBalance();
    }

    [GuardedFact]
    public async Task Handler_UsesThePipelineFromAnotherThread_IsUnderNoLock()
    {
        PooledPipeline<int> pipeline = null!;
        List<bool> answers = [];
        pipeline = PooledPipeline.CreateBuilder<int>(capacity: 1)
            .Consume(
                (_, _) => default(ValueTask),
                stage => stage.DropWhenFull(
                    BoundedChannelFullMode.DropWrite,
                    item => answers.Add(item == 2 && Task.Run(() => pipeline.Writer.TryWrite(3)).GetAwaiter().GetResult())))
            .Build();
        pipeline.Writer.TryWrite(1);

        pipeline.Writer.TryWrite(2).Should().BeTrue();

        answers.Should().Equal(false, true);
        pipeline.Writer.Complete();
        (await pipeline.RunAsync()).Consumers().Dropped.Should().Be(2);
    }

    [GuardedFact]
    public async Task Handler_Throws_IsRecordedWithItsItemAndChangesNothingElse()
    {
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(1, configure: options => options.MaxRecordedFailures = 2)
            .Consume(
                (_, _) => default(ValueTask),
                stage => stage.DropWhenFull(BoundedChannelFullMode.DropOldest, item => throw new InvalidOperationException($"drop {item}")))
            .Build();
        for (int item = 0; item < 6; item++)
        {
            pipeline.Writer.TryWrite(item).Should().BeTrue();
        }

        pipeline.Writer.Complete();
        PipelineReport report = await pipeline.RunAsync();

        report.Outcome.Should().Be(PipelineOutcome.Completed);
        report.FailureCount.Should().Be(5);
        report.Failures.Select(failure => failure.Item).Should().Equal(0, 1);
        report.Failures.Should().OnlyContain(failure => failure.Stage == "consumers" && failure.HasItem);
    }
}
