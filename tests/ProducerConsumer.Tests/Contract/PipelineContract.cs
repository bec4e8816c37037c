using System.Collections.Concurrent;

namespace ProducerConsumer.Tests;

/// <summary>
/// The promises. Every kind of pipeline runs all of them: no task is left waiting, no item disappears. The parts of this
/// class stand in files of their own, by subject.
/// </summary>
public abstract partial class PipelineContract
{
    /// <summary>Capacity, producers, consumers.</summary>
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 1, 1, 1 },
        { 1, 4, 4 },
        { 4, 1, 4 },
        { 16, 64, 5 },
        { 64, 20, 64 },
        { 2, 64, 64 },
    };

    /// <summary>Adds the producers of this kind; a kind that is fed from outside adds none.</summary>
    protected abstract PipelineBuilder<int> AddSource(PipelineBuilder<int> builder, Feed feed);

    /// <summary>Adds the stages of this kind between the source and the consumers, which get each id once.</summary>
    protected virtual PipelineBuilder<int, int> AddStages(PipelineBuilder<int> builder) => builder;

    /// <summary>Adds the producers and the stages of this kind.</summary>
    protected virtual PipelineBuilder<int, int> AddFlow(PipelineBuilder<int> builder, Feed feed) => AddStages(AddSource(builder, feed));

    /// <summary>Adds the consumers, the last stage of the flow.</summary>
    protected virtual PipelineRecipe<int> AddConsumers(
        PipelineBuilder<int, int> builder, Func<int, CancellationToken, ValueTask> handler, int consumers) =>
        builder.Consume(handler, maxWorkers: consumers);

    /// <summary>Checks that the books close, with all edges.</summary>
    protected virtual void CheckBalance(PipelineReport report) => report.ShouldBalance();

    /// <summary>Feeds a started pipeline from outside; the task ends when the last write has been answered.</summary>
    protected virtual Task PushAsync(PooledPipeline<int> pipeline, Feed feed) => Task.CompletedTask;

    /// <summary>The most items that one producer holds in hand, accepted and on the way to the buffer.</summary>
    protected abstract int InHand { get; }

    /// <summary>Whether one consumer gets the items of one producer in their order.</summary>
    protected virtual bool KeepsOrder => true;

    private Subject Create(
        Feed feed,
        Func<int, CancellationToken, ValueTask> handler,
        int capacity = 4,
        int consumers = 1,
        Action<PipelineOptions>? configure = null)
    {
        PipelineBuilder<int, int> builder = AddFlow(PooledPipeline.CreateBuilder<int>(capacity, "subject", configure), feed);
        PooledPipeline<int> pipeline = AddConsumers(builder, handler, consumers).Build();
        return new Subject(pipeline, feed, started => PushAsync(started, feed), CheckBalance);
    }

    [GuardedTheory]
    [MemberData(nameof(Shapes))]
    public async Task Run_SynchronousHandler_HandlesEveryItemOnce(int capacity, int producers, int consumers)
    {
        ConcurrentQueue<int> handled = [];
        Subject subject = Create(
            new Feed { Items = 500, Producers = producers },
            (item, _) =>
            {
                handled.Enqueue(item);
                return default;
            },
            capacity,
            consumers);

        PipelineReport report = await subject.RunAsync();

        await subject.EndAsync();
        report.Outcome.Should().Be(PipelineOutcome.Completed);
        handled.Should().BeEquivalentTo(Enumerable.Range(0, 500));
        report.Consumers().Completed.Should().Be(500);
    }

    [GuardedTheory]
    [MemberData(nameof(Shapes))]
    public async Task Run_SuspendingHandler_HandlesEveryItemOnceAndNeverMoreThanMaxWorkersAtOnce(int capacity, int producers, int consumers)
    {
        ConcurrentQueue<int> handled = [];
        int running = 0;
        int most = 0;
        Subject subject = Create(
            new Feed { Items = 500, Producers = producers },
            async (item, _) =>
            {
                int now = Interlocked.Increment(ref running);
                InterlockedMax(ref most, now);
                await Task.Yield();
                handled.Enqueue(item);
                Interlocked.Decrement(ref running);
            },
            capacity,
            consumers);

        PipelineReport report = await subject.RunAsync();

        await subject.EndAsync();
        handled.Should().BeEquivalentTo(Enumerable.Range(0, 500));
        most.Should().BeInRange(1, consumers);
        report.Outcome.Should().Be(PipelineOutcome.Completed);
    }

    [GuardedFact]
    public async Task Run_OneProducerAndOneConsumer_KeepsTheOrder()
    {
        List<int> handled = [];
        Subject subject = Create(
            new Feed { Items = 300 },
            async (item, _) =>
            {
                handled.Add(item);
                await Task.Yield();
            });

        await subject.RunAsync();

        await subject.EndAsync();
        handled.Should().BeEquivalentTo(
            Enumerable.Range(0, 300), options => KeepsOrder ? options.WithStrictOrdering() : options);
    }

    [GuardedTheory]
    [InlineData(1, 1)]
    [InlineData(4, 3)]
    public async Task Run_ConsumersHeld_AcceptsNoMoreThanTheCapacityAndWhatIsInHand(int capacity, int producers)
    {
        Gate gate = new(expected: 2);
        Subject subject = Create(
            new Feed { Producers = producers }, async (_, token) => await gate.PassAsync(token), capacity, consumers: 2);

        await subject.StartAsync();
        await gate.Arrived;
        PipelineReport report = await subject.Pipeline.StopAsync(StopMode.Abort);

        await subject.EndAsync();
        report.Consumers().Accepted.Should().BeInRange(2, 2 + capacity + (producers * InHand));
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen = Volatile.Read(ref target);
        while (value > seen)
        {
            int before = Interlocked.CompareExchange(ref target, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
