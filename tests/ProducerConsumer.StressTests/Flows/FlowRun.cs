namespace ProducerConsumer.StressTests;

/// <summary>One run of a flow, from its recipe to the audit.</summary>
internal sealed class FlowRun(Flow flow, GateKeeper keeper)
{
    /// <summary>Far more than any flow takes: one that takes longer hangs, and is named.</summary>
    private static readonly TimeSpan _hangLimit = TimeSpan.FromSeconds(30);

    private readonly FlowClock _clock = new(keeper);
    private readonly FlowBooks _books = new(flow);

    public async Task RunAsync()
    {
        CancellationTokenSource token = new();
        FlowMoment moment = new(flow, token);
        FlowPlant plant = new(flow, _books, moment, keeper, _clock);
        FlowFeed feed = new(flow, plant, keeper);
        PooledPipeline<int> pipeline = plant.Add(feed.AddTo(PooledPipeline.CreateBuilder<int>(capacity: 1, configure: Configure))).Build();
        moment.Pipeline = pipeline;

        Task run = pipeline.RunAsync(token.Token);
        Task end = Task.WhenAll(
            Task.WhenAny(run),
            moment.HappenAsync(run),
            flow.Source == FlowSource.Push ? feed.PushAsync(pipeline.Writer) : Task.CompletedTask,
            flow.IsHeld ? MoveClockAsync(run) : Task.CompletedTask);
        try
        {
            await end.WaitAsync(_hangLimit);
        }
        catch (TimeoutException)
        {
            IEnumerable<string> books = pipeline.Run.ReadBooks()
                .Select(stage => $"{stage.Name}: {stage.Waiting} waiting, {stage.InFlight} in flight, {stage.Workers} workers");
            Assert.Fail($"The flow did not end: the run is {run.Status}, {_books.Describe()}; {string.Join("; ", books)}.");
        }

        new FlowAudit(flow, _books, pipeline.Report!, run).Check();
    }

    /// <summary>The clock is moved far; only the batches and what is delivered again are to notice.</summary>
    private void Configure(PipelineOptions options)
    {
        options.TimeProvider = _clock;
        options.AbortTimeout = TimeSpan.FromDays(49);
        options.MaxRecordedFailures = int.MaxValue;
    }

    private async Task MoveClockAsync(Task run)
    {
        while (!_books.AllTold.IsCompleted && !run.IsCompleted)
        {
            _clock.Move();
            await keeper.PassAsync(inline: false, CancellationToken.None);
        }
    }
}
