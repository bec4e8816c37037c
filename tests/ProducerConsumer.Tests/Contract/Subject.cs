namespace ProducerConsumer.Tests;

/// <summary>A pipeline under test together with whatever feeds it from outside.</summary>
/// <param name="pipeline">The pipeline.</param>
/// <param name="feed">What its producers emit.</param>
/// <param name="push">Feeds it from outside.</param>
/// <param name="checkBalance">Checks that the books close.</param>
internal sealed class Subject(
    PooledPipeline<int> pipeline, Feed feed, Func<PooledPipeline<int>, Task> push, Action<PipelineReport> checkBalance)
{
    private Task _pushing = Task.CompletedTask;

    public PooledPipeline<int> Pipeline => pipeline;

    public async Task StartAsync()
    {
        await pipeline.StartAsync(TestContext.Current.CancellationToken);
        _pushing = push(pipeline);
    }

    public Task<PipelineReport> RunAsync(CancellationToken cancellationToken = default)
    {
        Task<PipelineReport> run = pipeline.RunAsync(cancellationToken);
        _pushing = push(pipeline);
        return run;
    }

    /// <summary>Waits until every producer has ended.</summary>
    public async Task InputEndedAsync()
    {
        await _pushing;
        foreach (PipelineStage producers in pipeline.Stages.SkipLast(1))
        {
            await producers.Completion;
        }
    }

    /// <summary>Waits until no further item fits in front of the consumers.</summary>
    public async Task BufferFullAsync()
    {
        BoundedBuffer<int> buffer = ((BufferedStage<int>)pipeline.Run.Stages[^1]).Buffer;
        while (buffer.Count < buffer.Capacity)
        {
            await Task.Yield();
        }
    }

    /// <summary>Waits for the end, whatever it is, and checks what holds at every end: nobody is active, the books close.</summary>
    public async Task<PipelineReport> EndAsync()
    {
        await Task.WhenAny(pipeline.Completion);
        await _pushing;
        PipelineReport report = pipeline.Report!;
        report.Should().NotBeNull();
        checkBalance(report);
        if (report.Outcome != PipelineOutcome.Abandoned)
        {
            feed.Active.Should().Be(0, "every producer is terminal when the run has ended");
            report.Stages.Should().OnlyContain(stage => stage.InFlight == 0 && stage.AbandonedWorkers == 0);
        }

        foreach (PipelineStage stage in pipeline.Stages)
        {
            await stage.Completion;
        }

        return report;
    }
}
