using System.Threading.Channels;

namespace ProducerConsumer.Tests;

/// <summary>The examples of the README, run.</summary>
public sealed partial class ReadmeExamples
{
    private readonly List<Order> _saved = [];
    private readonly List<Order> _shed = [];
    private readonly List<Order> _retryLater = [];

    [GuardedFact]
    public async Task Push_ServiceWritesAndDrains()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        Order order = new(1);

        #region readme push
        await using PooledPipeline<Order> pipeline = PooledPipeline.CreateBuilder<Order>(capacity: 1_000, name: "orders")
            .Consume(SaveAsync, maxWorkers: 4)
            .Build();

        await pipeline.StartAsync(cancellationToken);
        await pipeline.Writer.WriteAsync(order, cancellationToken); // A standard ChannelWriter<T>; waits while the channel is full.
        PipelineReport report = await pipeline.StopAsync(StopMode.Drain, cancellationToken);
        #endregion

        report.Outcome.Should().Be(PipelineOutcome.Drained);
        _saved.Should().Equal(order);
    }

    [GuardedFact]
    public async Task PushMany_TellsHowManyAreIn()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        Order[] orders = [.. Enumerable.Range(0, 100).Select(number => new Order(number))];
        await using PooledPipeline<Order> pipeline = PooledPipeline.CreateBuilder<Order>(capacity: 8)
            .Consume(SaveAsync)
            .Build();
        await pipeline.StartAsync(cancellationToken);

        #region readme many
        int written = await pipeline.Writer.WriteManyAsync(orders, cancellationToken);
        #endregion

        written.Should().Be(100);
        await pipeline.StopAsync(StopMode.Drain, cancellationToken);
        _saved.Should().Equal(orders);
    }

    [GuardedFact]
    public async Task Stages_FlowFromOneToTheNext()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        static string[] ReadNumbers() => [.. Enumerable.Range(0, 1_000).Select(number => $"{number}")];

        #region readme stages
        PipelineReport report = await PooledPipeline.CreateBuilder<string>(capacity: 1_000)
            .Produce(ReadNumbers())
            .Transform(FindOrderAsync, maxWorkers: 16)              // each stage has a channel and a pool of its own
            .Where(order => order.Number > 0)
            .Batch(maxSize: 100, maxWait: TimeSpan.FromSeconds(1))
            .Consume(SaveManyAsync, maxWorkers: 4)
            .Build()
            .RunAsync(cancellationToken);
        #endregion

        report.ShouldBalance();
        _saved.Should().HaveCount(999);
    }

    [GuardedFact]
    public async Task Tracked_AcknowledgesWhenAllIsDone()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        Order order = new(1);
        List<Order> acknowledged = [];
        List<Order> rejected = [];
        PooledPipeline<Order> pipeline = PooledPipeline.CreateBuilder<Order>()
            .Batch(10)
            .Consume(SaveManyAsync)
            .Build();
        await pipeline.StartAsync(cancellationToken);

        #region readme tracked
        await pipeline.Writer.WriteTrackedAsync(
            order,
            outcome => (outcome == ItemOutcome.Completed ? acknowledged : rejected).Add(order),
            cancellationToken);
        #endregion

        await pipeline.StopAsync(StopMode.Drain, cancellationToken);
        acknowledged.Should().Equal(order);
        rejected.Should().BeEmpty();
    }

    [GuardedFact]
    public async Task Verb_OfOnesOwn_GathersAndEmits()
    {
        List<(int Value, int Length)> runs = [];

        await PooledPipeline.CreateBuilder<int>()
            .Produce([1, 1, 1, 5, 5, 2])
            .AddStage(() => new RunLengths())
            .Consume((run, _) =>
            {
                runs.Add(run);
                return default;
            })
            .Build()
            .RunAsync();

        runs.Should().Equal((1, 3), (5, 2), (2, 1));
    }

    [GuardedFact]
    public async Task Errors_FaultHandsBackWhatWasNotFinished()
    {
        PooledPipeline<Order> pipeline = PooledPipeline.CreateBuilder<Order>()
            .Consume((order, _) => order.Number == 3 ? throw new IOException("disk full") : default(ValueTask))
            .Build();
        Order[] orders = [.. Enumerable.Range(0, 10).Select(number => new Order(number))];
        (await pipeline.Writer.WriteManyAsync(orders)).Should().Be(10);
        List<string> lines = [];

        #region readme errors
        try
        {
            await pipeline.RunAsync();
        }
        catch (PipelineException exception)
        {
            foreach (ItemFailure fault in exception.Faults)
            {
                lines.Add($"{fault.Stage} failed on {fault.Item}: {fault.Exception.Message}");
            }

            _retryLater.AddRange(exception.Report.UndeliveredItems<Order>());
        }
        #endregion

        lines.Should().Equal("consumers failed on Order { Number = 3 }: disk full");
        pipeline.Report!.Consumers().Completed.Should().Be(3);
        _retryLater.Should().Equal(orders[4..]);
    }

    [GuardedFact]
    public async Task Drop_EveryLostItemIsTold()
    {
        #region readme drop
        PipelineRecipe<Order> recipe = PooledPipeline.CreateBuilder<Order>(capacity: 100)
            .Consume(SaveAsync, stage =>
            {
                stage.MaxWorkers = 4;
                stage.DropWhenFull(BoundedChannelFullMode.DropOldest, onDropped: _shed.Add);
            });
        #endregion

        PooledPipeline<Order> pipeline = recipe.Build();
        for (int number = 0; number < 101; number++)
        {
            pipeline.Writer.TryWrite(new Order(number));
        }

        (await pipeline.StopAsync()).Consumers().Dropped.Should().Be(1);
        _shed.Should().Equal(new Order(0));
    }

    [GuardedFact]
    public async Task Failures_PolicyIsASentence()
    {
        List<Order> putAside = [];
        Task PutAsideAsync(Order order, Exception exception)
        {
            putAside.Add(order);
            return Task.CompletedTask;
        }

        #region readme failures
        PipelineRecipe<Order> recipe = PooledPipeline.CreateBuilder<Order>()
            .Consume(SaveAsync, stage =>
            {
                stage.MaxWorkers = 4;
                stage.Timeout = TimeSpan.FromSeconds(30);
                stage.OnFailure
                    .Redeliver(maxAttempts: 5, delay: TimeSpan.FromMilliseconds(200))
                    .DeadLetter((order, failure, cancellationToken) => PutAsideAsync(order, failure.Exception))
                    .StopAfterConsecutive(20);
            });
        #endregion

        await using PooledPipeline<Order> pipeline = recipe.Build();
        await pipeline.Writer.WriteAsync(new Order(1));
        pipeline.Writer.Complete();
        (await pipeline.RunAsync()).Consumers().Completed.Should().Be(1);
        _saved.Should().Equal(new Order(1));
        putAside.Should().BeEmpty();
    }

    [GuardedFact]
    public async Task Sources_AddUp()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        Channel<int> incoming = Channel.CreateUnbounded<int>();
        incoming.Writer.TryWrite(3);
        incoming.Writer.Complete();

        #region readme sources
        PipelineReport report = await PooledPipeline.CreateBuilder<int>(capacity: 64)
            .Produce(Enumerable.Range(0, 1_000))                        // IEnumerable<T> or IAsyncEnumerable<T>
            .Produce(incoming.Reader)                                   // a channel of yours
            .Produce(count: 20, token => FetchAsync(token))             // 20 calls, each returns one item
            .Produce(count: 4, WriteManyAsync, maxWorkers: 2)           // 4 tasks, 2 at once, each with a writer of its own
            .Consume(HandleAsync, maxWorkers: 5)
            .Build()
            .RunAsync(cancellationToken);
        #endregion

        report.Consumers().Completed.Should().Be(1_000 + 1 + 20 + (4 * 3));
    }

    private static ValueTask<int> FetchAsync(CancellationToken cancellationToken) => new(1);

    private static async Task WriteManyAsync(ChannelWriter<int> writer, CancellationToken cancellationToken)
    {
        for (int item = 0; item < 3; item++)
        {
            await writer.WriteAsync(item, cancellationToken);
        }
    }

    private static ValueTask HandleAsync(int item, CancellationToken cancellationToken) => default;

    private Task SaveAsync(Order order, CancellationToken cancellationToken)
    {
        lock (_saved)
        {
            _saved.Add(order);
        }

        return Task.CompletedTask;
    }

    private Task SaveManyAsync(IReadOnlyList<Order> orders, CancellationToken cancellationToken)
    {
        lock (_saved)
        {
            _saved.AddRange(orders);
        }

        return Task.CompletedTask;
    }

    private static async Task<Order> FindOrderAsync(string number, CancellationToken cancellationToken)
    {
        await Task.Yield();
        return new Order(int.Parse(number, System.Globalization.CultureInfo.InvariantCulture));
    }

    private sealed record Order(int Number);

    #region readme verb
    /// <summary>Counts how often the same value comes in a row.</summary>
    private sealed class RunLengths : StageWorker<int, (int Value, int Length)>
    {
        private int _value;

        protected override async ValueTask HandleAsync(int item, CancellationToken cancellationToken)
        {
            if (item != _value)
            {
                await EndAsync(cancellationToken);
            }

            _value = item;
            Keep(); // The item stays in flight until a result is emitted for it.
        }

        protected override ValueTask EndAsync(CancellationToken cancellationToken) =>
            KeptCount > 0 ? EmitKeptAsync((_value, KeptCount)) : default;
    }
    #endregion
}
