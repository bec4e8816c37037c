using System.Threading.Channels;

namespace ProducerConsumer.Tests;

/// <summary>A pipeline without producers: the application writes.</summary>
public sealed class PushTests
{
    [GuardedFact]
    public async Task Write_BeforeTheStart_WaitsInTheChannelUpToTheCapacity()
    {
        List<int> handled = [];
        await using PooledPipeline<int> pipeline = Build(3, handled.Add);
        for (int item = 0; item < 3; item++)
        {
            pipeline.Writer.TryWrite(item).Should().BeTrue();
        }

        pipeline.Writer.TryWrite(3).Should().BeFalse();
        ValueTask parked = pipeline.Writer.WriteAsync(3);
        parked.IsCompleted.Should().BeFalse();

        Task<PipelineReport> run = pipeline.RunAsync();
        await parked;
        pipeline.Writer.Complete();

        PipelineReport report = await run;
        report.Outcome.Should().Be(PipelineOutcome.Completed);
        handled.Should().Equal(0, 1, 2, 3);
    }

    [GuardedFact]
    public async Task Complete_EndsTheInputAtOnce()
    {
        await using PooledPipeline<int> pipeline = Build(3, _ => { });
        pipeline.Writer.Complete();

        pipeline.Writer.TryWrite(1).Should().BeFalse();
        pipeline.Writer.TryComplete().Should().BeFalse();
        await FluentActions.Awaiting(() => pipeline.Writer.WriteAsync(1).AsTask()).Should().ThrowAsync<ChannelClosedException>();
        (await pipeline.Writer.WaitToWriteAsync()).Should().BeFalse();
        (await pipeline.RunAsync()).Outcome.Should().Be(PipelineOutcome.Completed);
    }

    [GuardedFact]
    public async Task CompleteWithError_IsAFaultOfTheRun()
    {
        InvalidOperationException root = new("upstream");
        Gate gate = new();
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>()
            .Consume(async (_, token) => await gate.PassAsync(token)).Build();
        pipeline.Writer.TryWrite(1);
        pipeline.Writer.TryWrite(2);
        Task<PipelineReport> run = pipeline.RunAsync();
        await gate.Arrived;

        pipeline.Writer.Complete(root);

        PipelineException thrown = (await FluentActions.Awaiting(() => run).Should().ThrowAsync<PipelineException>()).Which;
        thrown.InnerException.Should().BeSameAs(root);
        thrown.Report.UndeliveredItems<int>().Should().BeEquivalentTo([1, 2]);
    }

    [GuardedFact]
    public async Task CompleteWithError_BeforeTheStart_FaultsTheRunAndStartsNothing()
    {
        int calls = 0;
        await using PooledPipeline<int> pipeline = Build(4, _ => calls++);
        pipeline.Writer.TryWrite(1);
        pipeline.Writer.Complete(new InvalidOperationException("upstream"));

        Func<Task> run = () => pipeline.RunAsync();

        (await run.Should().ThrowAsync<PipelineException>()).Which.Report.UndeliveredItems<int>().Should().Equal(1);
        calls.Should().Be(0);
    }

    [GuardedFact]
    public async Task Write_AfterAFault_ThrowsWithTheRootFaultInside()
    {
        InvalidOperationException root = new("root");
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 1)
            .Consume((_, _) => throw root).Build();
        await pipeline.StartAsync();
        await pipeline.Writer.WriteAsync(1);
        await Task.WhenAny(pipeline.Completion);

        Func<Task> write = () => pipeline.Writer.WriteAsync(2).AsTask();

        (await write.Should().ThrowAsync<ChannelClosedException>()).Which.InnerException.Should().BeSameAs(root);
        pipeline.Writer.TryWrite(2).Should().BeFalse();
    }

    [GuardedFact]
    public async Task Write_AfterAFaultThatIsACancellation_StillThrowsChannelClosed()
    {
        TaskCanceledException root = new("an HTTP time-out");
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 1)
            .Consume((_, _) => throw root).Build();
        await pipeline.StartAsync();
        await pipeline.Writer.WriteAsync(1);
        await Task.WhenAny(pipeline.Completion);

        Func<Task> write = () => pipeline.Writer.WriteAsync(2).AsTask();
        Func<Task> watch = () => pipeline.Writer.WaitToWriteAsync().AsTask();

        (await write.Should().ThrowAsync<ChannelClosedException>()).Which.InnerException.Should().BeSameAs(root);
        (await watch.Should().ThrowAsync<ChannelClosedException>()).Which.InnerException.Should().BeSameAs(root);
    }

    [GuardedTheory]
    [InlineData(StopMode.Drain)]
    [InlineData(StopMode.Abort)]
    public async Task Stop_WritersWait_RefusesThemAndAcceptsNothing(StopMode mode)
    {
        Gate gate = new();
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 1)
            .Consume(async (_, token) => await gate.PassAsync(token)).Build();
        await pipeline.StartAsync();
        await pipeline.Writer.WriteAsync(0);
        await gate.Arrived;
        await pipeline.Writer.WriteAsync(1);
        Task[] parked = [.. Enumerable.Range(2, 20).Select(item => pipeline.Writer.WriteAsync(item).AsTask())];
        ValueTask<bool> watcher = pipeline.Writer.WaitToWriteAsync();

        Task<PipelineReport> stop = pipeline.StopAsync(mode);

        foreach (Task write in parked)
        {
            await FluentActions.Awaiting(() => write).Should().ThrowAsync<ChannelClosedException>();
        }

        (await watcher).Should().BeFalse();
        gate.Open();
        PipelineReport report = await stop;
        report.ShouldBalance();
        report.Consumers().Accepted.Should().Be(2);
    }

    [GuardedFact]
    public async Task StopBeforeTheStart_HandsBackWhatWasWritten()
    {
        await using PooledPipeline<int> pipeline = Build(8, _ => { });
        for (int item = 0; item < 5; item++)
        {
            pipeline.Writer.TryWrite(item);
        }

        PipelineReport report = await pipeline.StopAsync();

        report.Outcome.Should().Be(PipelineOutcome.Aborted);
        report.UndeliveredItems<int>().Should().Equal(0, 1, 2, 3, 4);
    }

    [GuardedFact]
    public async Task WaitingWrite_InsideAHandler_ThrowsAndNamesTryWrite()
    {
        PooledPipeline<int> pipeline = null!;
        List<Exception> thrown = [];
        pipeline = PooledPipeline.CreateBuilder<int>(capacity: 8)
            .Consume(async (item, token) =>
            {
                if (item == 0)
                {
                    foreach (Func<Task> wait in new Func<Task>[]
                    {
                        () => pipeline.Writer.WriteAsync(1, token).AsTask(),
                        () => pipeline.Writer.WaitToWriteAsync(token).AsTask(),
                        () => Task.Run(() => pipeline.Writer.WriteAsync(1, token).AsTask(), token),
                    })
                    {
                        try
                        {
                            await wait();
                        }
                        catch (InvalidOperationException error)
                        {
                            thrown.Add(error);
                        }
                    }

                    pipeline.Writer.TryWrite(1).Should().BeTrue();
                    pipeline.Writer.Complete();
                }
            })
            .Build();
        pipeline.Writer.TryWrite(0);

        PipelineReport report = await pipeline.RunAsync();

        thrown.Should().HaveCount(3).And.OnlyContain(error => error.Message.Contains("TryWrite"));
        report.Consumers().Completed.Should().Be(2);
    }

    [GuardedFact]
    public async Task Abort_TokenKeptByADelegateThatReturned_IsCancelledToo()
    {
        CancellationToken kept = default;
        Gate handled = new();
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>()
            .Consume((_, token) =>
            {
                kept = token;
                handled.Arrive();
                return default(ValueTask);
            })
            .Build();
        pipeline.Writer.TryWrite(1);
        await pipeline.StartAsync();
        await handled.Arrived;

        await pipeline.StopAsync(StopMode.Abort);

        kept.IsCancellationRequested.Should().BeTrue();
    }

    [GuardedFact]
    public async Task NullAndDefault_AreOrdinaryItems()
    {
        List<string?> handled = [];
        await using PooledPipeline<string?> pipeline = PooledPipeline.CreateBuilder<string?>()
            .Consume((item, _) =>
            {
                handled.Add(item);
                return default(ValueTask);
            })
            .Build();
        pipeline.Writer.TryWrite(null);
        pipeline.Writer.TryWrite("text");
        pipeline.Writer.TryWrite(null);
        pipeline.Writer.Complete();

        await pipeline.RunAsync();

        handled.Should().Equal([null, "text", null]);
    }

    [GuardedFact]
    public async Task UndeliveredItems_NullItems_AreHandedBackToo()
    {
        await using PooledPipeline<string?> pipeline = PooledPipeline.CreateBuilder<string?>()
            .Consume((_, _) => default(ValueTask)).Build();
        pipeline.Writer.TryWrite(null);
        pipeline.Writer.TryWrite("text");

        PipelineReport report = await pipeline.StopAsync(StopMode.Abort);

        report.UndeliveredItems<string?>().Should().Equal([null, "text"]);
        report.UndeliveredItems<object?>().Should().Equal([null, "text"]);
        report.UndeliveredItems<int>().Should().BeEmpty();
    }

    [GuardedFact]
    public async Task Writer_OfARecipeWithProducers_ThrowsAndNamesThem()
    {
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(name: "orders")
            .Produce([1], name: "files").Consume((_, _) => default(ValueTask)).Build();

        Func<object> writer = () => pipeline.Writer;

        writer.Should().Throw<InvalidOperationException>().WithMessage("*'orders'*files*Leave Produce out*");
    }

    private static PooledPipeline<int> Build(int capacity, Action<int> handle) =>
        PooledPipeline.CreateBuilder<int>(capacity)
            .Consume((item, _) =>
            {
                handle(item);
                return default(ValueTask);
            })
            .Build();
}
