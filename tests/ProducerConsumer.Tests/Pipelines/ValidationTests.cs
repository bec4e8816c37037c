using System.Threading.Channels;

namespace ProducerConsumer.Tests;

/// <summary>Wrong input is refused by the verb that takes it, with the option, the value and the remedy.</summary>
public sealed class ValidationTests
{
    private static readonly PipelineBuilder<int> Builder = PooledPipeline.CreateBuilder<int>();

    public static TheoryData<string, Action, Type, string> WrongUses => new()
    {
        { "capacity 0", () => PooledPipeline.CreateBuilder<int>(0), typeof(ArgumentOutOfRangeException), "capacity is 0*Give 1 or more*" },
        { "capacity -5", () => PooledPipeline.CreateBuilder<int>(-5), typeof(ArgumentOutOfRangeException), "capacity is -5*" },
        { "empty name", () => PooledPipeline.CreateBuilder<int>(name: " "), typeof(ArgumentException), "name is ' '*Give a name*" },
        { "abort timeout", () => ConfigurePipeline(options => options.AbortTimeout = Timeout.InfiniteTimeSpan), typeof(ArgumentOutOfRangeException), "AbortTimeout*longest time*" },
        { "max failures", () => ConfigurePipeline(options => options.MaxRecordedFailures = -1), typeof(ArgumentOutOfRangeException), "MaxRecordedFailures is 0 or more*" },
        { "null clock", () => ConfigurePipeline(options => options.TimeProvider = null!), typeof(ArgumentNullException), "*TimeProvider*" },
        { "null loggers", () => ConfigurePipeline(options => options.LoggerFactory = null!), typeof(ArgumentNullException), "*LoggerFactory*" },
        { "null enumerable", () => Builder.Produce((IEnumerable<int>)null!), typeof(ArgumentNullException), "source is null*" },
        { "null async enumerable", () => Builder.Produce((IAsyncEnumerable<int>)null!), typeof(ArgumentNullException), "source is null*" },
        { "null reader", () => Builder.Produce((ChannelReader<int>)null!), typeof(ArgumentNullException), "source is null*" },
        { "null call", () => Builder.Produce(1, (Func<CancellationToken, ValueTask<int>>)null!), typeof(ArgumentNullException), "produce is null*" },
        { "null task call", () => Builder.Produce(1, (Func<CancellationToken, Task<int>>)null!), typeof(ArgumentNullException), "produce is null*" },
        { "null writer delegate", () => Builder.Produce(1, (Func<ChannelWriter<int>, CancellationToken, ValueTask>)null!), typeof(ArgumentNullException), "produce is null*" },
        { "count 0", () => Builder.Produce(0, _ => new ValueTask<int>(1)), typeof(ArgumentOutOfRangeException), "count is 0*1 or more*" },
        { "producer workers 0", () => Builder.Produce(3, _ => new ValueTask<int>(1), maxWorkers: 0), typeof(ArgumentOutOfRangeException), "maxWorkers is 0*1 or more*" },
        { "source name twice", () => Builder.Produce([1], "a").Produce([2], "a"), typeof(ArgumentException), "*'a' already*" },
        { "consumer name twice", () => Builder.Produce([1], "a").Consume(Ignore, stage => stage.Name = "a"), typeof(ArgumentException), "*'a' already*" },
        { "null handler", () => Builder.Consume((Func<int, CancellationToken, ValueTask>)null!), typeof(ArgumentNullException), "handler is null*" },
        { "null task handler", () => Builder.Consume((Func<int, CancellationToken, Task>)null!), typeof(ArgumentNullException), "handler is null*" },
        { "workers 0", () => Builder.Consume(Ignore, maxWorkers: 0), typeof(ArgumentOutOfRangeException), "maxWorkers is 0*1 or more*" },
        { "stage workers -1", () => Builder.Consume(Ignore, stage => stage.MaxWorkers = -1), typeof(ArgumentOutOfRangeException), "MaxWorkers is -1*1 or more*" },
        { "stage capacity 0", () => Builder.Consume(Ignore, stage => stage.Capacity = 0), typeof(ArgumentOutOfRangeException), "Capacity is 0*1 or more*" },
        { "stage name", () => Builder.Consume(Ignore, stage => stage.Name = ""), typeof(ArgumentException), "Name is ''*" },
        { "drop without mode", () => Builder.Consume(Ignore, stage => stage.DropWhenFull(BoundedChannelFullMode.Wait, _ => { })), typeof(ArgumentException), "*mode Wait*DropOldest*" },
        { "drop mode 9", () => Builder.Consume(Ignore, stage => stage.DropWhenFull((BoundedChannelFullMode)9, _ => { })), typeof(ArgumentException), "*mode 9*DropOldest*" },
        { "drop without handler", () => Builder.Consume(Ignore, stage => stage.DropWhenFull(BoundedChannelFullMode.DropOldest, null!)), typeof(ArgumentNullException), "onDropped is null*" },
        { "options kept", KeepOptions, typeof(InvalidOperationException), "*StageOptions*inside the lambda*" },
        { "pipeline options kept", KeepPipelineOptions, typeof(InvalidOperationException), "*PipelineOptions*inside the lambda*" },
        { "unknown stage", () => _ = Builder.Consume(Ignore).Build().Stages["fetch"], typeof(KeyNotFoundException), "*'fetch'*consumers*" },
        { "null transform", () => Builder.Transform((Func<int, CancellationToken, ValueTask<int>>)null!), typeof(ArgumentNullException), "transform is null*" },
        { "null task transform", () => Builder.Transform((Func<int, CancellationToken, Task<int>>)null!), typeof(ArgumentNullException), "transform is null*" },
        { "null selector", () => Builder.Select((Func<int, int>)null!), typeof(ArgumentNullException), "selector is null*" },
        { "selector of tasks", () => Builder.Select(item => Task.FromResult(item)), typeof(ArgumentException), "selector returns Task*Use Transform*" },
        { "selector of value tasks", () => Builder.Select(item => new ValueTask<int>(item)), typeof(ArgumentException), "selector returns ValueTask*Use Transform*" },
        { "transform of tasks", () => Builder.Transform((item, _) => new ValueTask<Task<int>>(Task.FromResult(item))), typeof(ArgumentException), "transform returns Task*Await it*" },
        { "null blocking transform", () => Builder.TransformBlocking((Func<int, CancellationToken, int>)null!), typeof(ArgumentNullException), "transform is null*" },
        { "blocking transform of tasks", () => Builder.TransformBlocking((_, _) => Task.CompletedTask), typeof(ArgumentException), "transform returns Task*Use Transform*" },
        { "blocking transform of awaitables", () => Builder.TransformBlocking((item, _) => Task.FromResult(item).ConfigureAwait(false)), typeof(ArgumentException), "transform returns Configured*Use Transform*" },
        { "null blocking handler", () => Builder.ConsumeBlocking((Action<int, CancellationToken>)null!), typeof(ArgumentNullException), "handler is null*" },
        { "blocking workers 0", () => Builder.ConsumeBlocking((_, _) => { }, maxWorkers: 0), typeof(ArgumentOutOfRangeException), "maxWorkers is 0*1 or more*" },
        { "null blocking call", () => Builder.ProduceBlocking(1, (Func<CancellationToken, int>)null!), typeof(ArgumentNullException), "produce is null*" },
        { "blocking count 0", () => Builder.ProduceBlocking(0, _ => 1), typeof(ArgumentOutOfRangeException), "count is 0*1 or more*" },
        { "blocking calls of tasks", () => PooledPipeline.CreateBuilder<Task>().ProduceBlocking(1, _ => Task.CompletedTask), typeof(ArgumentException), "produce returns Task*Use Produce*" },
        { "null blocking sequence", () => Builder.ProduceBlocking((IEnumerable<int>)null!), typeof(ArgumentNullException), "source is null*" },
        { "null predicate", () => Builder.Where((Func<int, bool>)null!), typeof(ArgumentNullException), "predicate is null*" },
        { "null many", () => Builder.TransformMany((Func<int, IEnumerable<int>>)null!), typeof(ArgumentNullException), "transform is null*" },
        { "null stage worker", () => Builder.AddStage((Func<StageWorker<int, int>>)null!), typeof(ArgumentNullException), "createWorker is null*" },
        { "transform workers 0", () => Builder.Transform((item, _) => new ValueTask<int>(item), maxWorkers: 0), typeof(ArgumentOutOfRangeException), "maxWorkers is 0*1 or more*" },
        { "stage name twice", () => Builder.Select(item => item).Select(item => item, stage => stage.Name = "select"), typeof(ArgumentException), "*'select' already*" },
        { "batch size 0", () => Builder.Batch(0), typeof(ArgumentOutOfRangeException), "maxSize is 0*1 or more*" },
        { "batch wait 0", () => Builder.Batch(5, TimeSpan.Zero), typeof(ArgumentOutOfRangeException), "maxWait is 00:00:00*leave it out*" },
        { "batch workers", () => Builder.Batch(5, configure: stage => stage.MaxWorkers = 2), typeof(ArgumentException), "MaxWorkers of batch stage 'batch' is 2*next stage*" },
        { "batch with an order", () => Builder.Batch(5, configure: stage => stage.PartitionBy(item => item)), typeof(ArgumentException), "*Batch stage 'batch' gathers items in the order*PartitionBy*" },
        { "batch beyond capacity", () => PooledPipeline.CreateBuilder<int>(capacity: 4).Batch(5).Consume((_, _) => default(ValueTask)).Build(), typeof(InvalidOperationException), "*'batch' gathers up to 5 items*capacity is 4*Capacity to 5*" },
        { "window 0", () => Builder.Select(item => item, stage => stage.PreserveOrder(0)), typeof(ArgumentOutOfRangeException), "window is 0*1 or more*" },
        { "order of nothing", () => Configure(stage => stage.PreserveOrder()), typeof(ArgumentException), "*'consumers' is the last one*PartitionBy*" },
        { "order of branches", () => Builder.Broadcast(stage => stage.PreserveOrder(), branch => branch.Consume(Ignore)), typeof(ArgumentException), "*'broadcast' passes items on*PreserveOrder*" },
        { "null key", () => Configure(stage => stage.PartitionBy<string>(null!)), typeof(ArgumentNullException), "key is null*" },
        { "ordered and keyed", () => Builder.Select(item => item, stage => stage.PartitionBy(item => item), preserveOrder: true).Consume(Ignore).Build(), typeof(InvalidOperationException), "*'select'*PreserveOrder*PartitionBy*Leave one*" },
        { "drop and keys", () => Builder.Consume(Ignore, stage =>
            {
                stage.PartitionBy(item => item);
                stage.DropWhenFull(BoundedChannelFullMode.DropOldest, _ => { });
            }).Build(), typeof(InvalidOperationException), "*'consumers' drops*DropOldest*partitions*before it*" },
        { "attempts 1", () => Configure(stage => stage.OnFailure.Redeliver(1, TimeSpan.Zero)), typeof(ArgumentOutOfRangeException), "maxAttempts is 1*2 or more*" },
        { "negative delay", () => Configure(stage => stage.OnFailure.Redeliver(2, TimeSpan.FromSeconds(-1))), typeof(ArgumentOutOfRangeException), "delay is -00:00:01*zero or more*" },
        { "longest delay too short", () => Configure(stage => stage.OnFailure.Redeliver(2, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1))), typeof(ArgumentOutOfRangeException), "delay is 00:00:02 and maxDelay 00:00:01*" },
        { "budget -1", () => Configure(stage => stage.OnFailure.StopAfter(-1)), typeof(ArgumentOutOfRangeException), "failures is -1*0 or more*" },
        { "consecutive budget -1", () => Configure(stage => stage.OnFailure.StopAfterConsecutive(-1)), typeof(ArgumentOutOfRangeException), "failures is -1*0 or more*" },
        { "null dead-letter handler", () => Configure(stage => stage.OnFailure.DeadLetter((Func<int, ItemFailure, CancellationToken, ValueTask>)null!)), typeof(ArgumentNullException), "handler is null*" },
        { "timeout 0", () => Configure(stage => stage.Timeout = TimeSpan.Zero), typeof(ArgumentOutOfRangeException), "Timeout is 00:00:00*leave it out*" },
        { "policy kept", KeepPolicy, typeof(InvalidOperationException), "*StageOptions*inside the lambda*" },
        { "drop and redeliver", () => Builder.Consume(Ignore, DropAndRedeliver).Build(), typeof(InvalidOperationException), "*'consumers' drops*DropOldest*Redeliver*" },
        { "null branches", () => Builder.Broadcast(branches: null!), typeof(ArgumentNullException), "branches is null*at least one*" },
        { "no branches", () => Builder.Broadcast(), typeof(ArgumentException), "branches is empty*at least one*" },
        { "null branch", () => Builder.Route(_ => 0, Last, null!), typeof(ArgumentException), "branches?1? is null*" },
        { "branch without recipe", () => Builder.Broadcast(Last, _ => null!), typeof(ArgumentException), "branches?1? returned null*" },
        { "branch of another builder", () => Builder.Broadcast(_ => Last(Builder)), typeof(ArgumentException), "branches?0? returned a recipe of another builder*" },
        { "branch of another branch", () => Builder.Broadcast(outer => outer.Broadcast(_ => Last(outer))), typeof(ArgumentException), "branches?0? returned a recipe of another builder*" },
        { "null broadcast options", () => Builder.Broadcast((Action<StageOptions<int>>)null!, Last), typeof(ArgumentNullException), "configure is null*" },
        { "null route options", () => Builder.Route(_ => 0, (Action<StageOptions<int>>)null!, Last), typeof(ArgumentNullException), "configure is null*" },
        { "null route selector", () => Builder.Route(null!, Last), typeof(ArgumentNullException), "selector is null*" },
        { "null merge", () => Builder.Produce([1]).Merge((PipelineBuilder<int>)null!), typeof(ArgumentNullException), "other is null*" },
        { "merge without producers", () => Builder.Produce([1]).Merge(Builder), typeof(ArgumentException), "other*'pipeline'*no producers*Add Produce*" },
        { "merge into nothing", () => Builder.Merge(Builder.Produce([1])), typeof(InvalidOperationException), "*neither producers nor a stage*Add Produce*" },
        { "results without producers", () => Builder.Select(item => item).ToAsyncEnumerable(), typeof(InvalidOperationException), "*'pipeline' has no producers*Add Produce*" },
        { "results of a branch", () => Builder.Produce([1]).Broadcast(Results), typeof(InvalidOperationException), "*'pipeline' has no producers*" },
        { "stop mode 7", () => Builder.Consume(Ignore).Build().RequestStop((StopMode)7), typeof(ArgumentOutOfRangeException), "mode is 7*StopMode.Drain or StopMode.Abort*" },
    };

    [GuardedTheory]
    [MemberData(nameof(WrongUses), DisableDiscoveryEnumeration = true)]
    public async Task WrongUse_ThrowsWithNameValueAndRemedy(string use, Action act, Type exception, string message)
    {
        Exception thrown = act.Should().Throw<Exception>(use).Which;

        thrown.Should().BeOfType(exception);
        thrown.Message.Should().Match(message);
        await Task.CompletedTask;
    }

    [GuardedFact]
    public async Task WrongUse_LeavesTheRecipeUsable()
    {
        List<int> handled = [];
        PipelineBuilder<int> builder = PooledPipeline.CreateBuilder<int>().Produce([1, 2, 3]);
        FluentActions.Invoking(() => builder.Consume(Ignore, maxWorkers: 0)).Should().Throw<ArgumentOutOfRangeException>();

        await builder.Consume((item, _) =>
        {
            handled.Add(item);
            return default(ValueTask);
        }).Build().RunAsync();

        handled.Should().Equal(1, 2, 3);
    }

    private static ValueTask Ignore(int item, CancellationToken cancellationToken) => default;

    private static PipelineRecipe<int> Last(PipelineBuilder<int, int> branch) => branch.Consume(Ignore);

    private static PipelineRecipe<int> Results(PipelineBuilder<int, int> branch)
    {
        branch.ToAsyncEnumerable();
        return Last(branch);
    }

    private static void ConfigurePipeline(Action<PipelineOptions> configure) => PooledPipeline.CreateBuilder<int>(configure: configure);

    private static void Configure(Action<StageOptions<int>> configure) => Builder.Consume(Ignore, configure);

    private static void DropAndRedeliver(StageOptions<int> stage)
    {
        stage.DropWhenFull(BoundedChannelFullMode.DropOldest, _ => { });
        stage.OnFailure.Redeliver(2, TimeSpan.Zero);
    }

    private static void KeepPolicy()
    {
        FailurePolicy<int>? kept = null;
        Builder.Consume(Ignore, stage => kept = stage.OnFailure);
        kept!.Skip();
    }

    private static void KeepOptions()
    {
        StageOptions<int>? kept = null;
        Builder.Consume(Ignore, stage => kept = stage);
        kept!.MaxWorkers = 3;
    }

    private static void KeepPipelineOptions()
    {
        PipelineOptions? kept = null;
        ConfigurePipeline(options => kept = options);
        kept!.AbortTimeout = TimeSpan.FromSeconds(3);
    }
}
