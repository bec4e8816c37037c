using System.Threading.Channels;

namespace ProducerConsumer.Tests;

/// <summary>Each producer task has a writer of its own.</summary>
public sealed class ProducerWriterTests
{
    [GuardedFact]
    public async Task Complete_ByOneProducer_EndsOnlyItsOwnWriter()
    {
        List<int> handled = [];
        List<Exception?> refused = [];
        Gate firstCompleted = new();
        PipelineReport report = await PooledPipeline.CreateBuilder<int>()
            .Produce(1, async (writer, token) =>
            {
                await writer.WriteAsync(1, token);
                writer.Complete();
                refused.Add(await CatchAsync(() => writer.WriteAsync(-1, token).AsTask()));
                writer.TryWrite(-1).Should().BeFalse();
                (await writer.WaitToWriteAsync(token)).Should().BeFalse();
                writer.TryComplete().Should().BeFalse();
                firstCompleted.Open();
            })
            .Produce(1, async (writer, token) =>
            {
                await firstCompleted.PassAsync(token);
                await writer.WriteAsync(2, token);
            })
            .Consume((item, _) =>
            {
                handled.Add(item);
                return default(ValueTask);
            })
            .Build()
            .RunAsync();

        handled.Should().Equal(1, 2);
        refused.Should().ContainSingle().Which.Should().BeOfType<ChannelClosedException>().Which.Message.Should().Contain("'producers'");
        report.Outcome.Should().Be(PipelineOutcome.Completed);
    }

    [GuardedFact]
    public async Task CompleteWithError_IsThatProducersFault()
    {
        InvalidOperationException root = new("source broke");
        Exception? later = null;
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>()
            .Produce(
                1,
                async (writer, _) =>
                {
                    writer.Complete(root);
                    later = await CatchAsync(() => writer.WriteAsync(1, CancellationToken.None).AsTask());
                },
                name: "reader")
            .Consume((_, _) => default(ValueTask))
            .Build();

        Func<Task> run = () => pipeline.RunAsync();

        PipelineException thrown = (await run.Should().ThrowAsync<PipelineException>()).Which;
        thrown.Faults.Should().ContainSingle().Which.Stage.Should().Be("reader");
        thrown.InnerException.Should().BeSameAs(root);
        later.Should().BeOfType<ChannelClosedException>().Which.InnerException.Should().BeSameAs(root);
    }

    [GuardedFact]
    public async Task Write_AfterTheProducerEnded_IsRefused()
    {
        ChannelWriter<int>? leaked = null;
        Gate otherMayEnd = new();
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>()
            .Produce(1, (writer, _) =>
            {
                leaked = writer;
                return default(ValueTask);
            })
            .Produce(1, async (_, token) => await otherMayEnd.PassAsync(token))
            .Consume((_, _) => default(ValueTask))
            .Build();
        Task<PipelineReport> run = pipeline.RunAsync();
        await pipeline.Stages["producers"].Completion;

        Func<Task> write = () => leaked!.WriteAsync(1).AsTask();

        await write.Should().ThrowAsync<ChannelClosedException>();
        otherMayEnd.Open();
        (await run).Stages[^1].Accepted.Should().Be(0);
    }

    [GuardedTheory]
    [InlineData(20, 20)]
    [InlineData(20, 3)]
    [InlineData(1, 5)]
    public async Task Produce_MaxWorkers_CapsHowManyProducersRunAtOnce(int count, int maxWorkers)
    {
        int expected = Math.Min(count, maxWorkers);
        int running = 0;
        int most = 0;
        object gate = new();
        Gate together = new(expected);
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>()
            .Produce(
                count,
                async (writer, token) =>
                {
                    lock (gate)
                    {
                        most = Math.Max(most, ++running);
                    }

                    await together.PassAsync(token);
                    await writer.WriteAsync(1, token);
                    lock (gate)
                    {
                        running--;
                    }
                },
                maxWorkers)
            .Consume((_, _) => default(ValueTask))
            .Build();

        Task<PipelineReport> run = pipeline.RunAsync();
        await together.Arrived;
        together.Open();
        PipelineReport report = await run;

        most.Should().Be(expected);
        report.Stages[0].Emitted.Should().Be(count);
    }

    [GuardedFact]
    public async Task Completion_ProducersOfDifferentLength_ComesAfterTheLast()
    {
        Gate slow = new();
        int handled = 0;
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>()
            .Produce(Enumerable.Range(0, 10))
            .Produce(1, async (writer, token) =>
            {
                await slow.PassAsync(token);
                await writer.WriteAsync(10, token);
            })
            .Consume((_, _) =>
            {
                Interlocked.Increment(ref handled);
                return default(ValueTask);
            })
            .Build();
        Task<PipelineReport> run = pipeline.RunAsync();
        await slow.Arrived;
        await pipeline.Stages["producers"].Completion;
        pipeline.Stages["producers-2"].Completion.IsCompleted.Should().BeFalse();
        pipeline.Stages["consumers"].Completion.IsCompleted.Should().BeFalse();

        slow.Open();

        (await run).Stages.Select(stage => stage.Name).Should().Equal("producers", "producers-2", "consumers");
        handled.Should().Be(11);
    }

    [GuardedFact]
    public async Task Calls_Count_IsExactInTotal()
    {
        int calls = 0;
        PipelineReport report = await PooledPipeline.CreateBuilder<int>(capacity: 3)
            .Produce(1_000, _ => new ValueTask<int>(Interlocked.Increment(ref calls)), maxWorkers: 16)
            .Consume((_, _) => default(ValueTask), maxWorkers: 4)
            .Build()
            .RunAsync();

        calls.Should().Be(1_000);
        report.Consumers().Completed.Should().Be(1_000);
    }

    [GuardedFact]
    public async Task Drain_ProducersWaitForTheirTurn_DoNotBegin()
    {
        int begun = 0;
        Gate first = new();
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>()
            .Produce(
                100,
                async (_, token) =>
                {
                    Interlocked.Increment(ref begun);
                    await first.PassAsync(token);
                },
                maxWorkers: 1)
            .Consume((_, _) => default(ValueTask))
            .Build();
        await pipeline.StartAsync();
        await first.Arrived;

        PipelineReport report = await pipeline.StopAsync(StopMode.Drain);

        begun.Should().Be(1);
        report.Outcome.Should().Be(PipelineOutcome.Drained);
    }

    [GuardedFact]
    public async Task WaitingWrite_InsideAHandler_ThrowsAlsoWhenThereIsRoom()
    {
        ChannelWriter<int>? leaked = null;
        Gate hold = new();
        Exception? thrown = null;
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 100)
            .Produce(1, async (writer, token) =>
            {
                leaked = writer;
                await writer.WriteAsync(1, token);
                await hold.PassAsync(token);
            })
            .Consume(async (_, token) =>
            {
                thrown = await CatchAsync(() => leaked!.WriteAsync(2, token).AsTask());
                hold.Open();
            })
            .Build();

        await pipeline.RunAsync();

        thrown.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Contain("TryWrite");
    }

    private static async Task<Exception?> CatchAsync(Func<Task> action)
    {
        try
        {
            await action();
            return null;
        }
        catch (Exception error)
        {
            return error;
        }
    }
}
