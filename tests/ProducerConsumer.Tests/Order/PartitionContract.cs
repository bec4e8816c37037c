using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Time.Testing;

namespace ProducerConsumer.Tests;

/// <summary>The items of one key are handled one after the other and in their order, and keys do not wait for each other.</summary>
/// <param name="quickCall">How long a call takes that counts as quick, so that a worker may make it alone: <see cref="StageOptions{T}.QuickCall"/>.</param>
public abstract class PartitionContract(int? quickCall)
{
    private readonly ConcurrentQueue<int> _handled = [];

    [GuardedTheory]
    [InlineData(1, 64)]
    [InlineData(3, 64)]
    [InlineData(100, 64)]
    [InlineData(7, 1)]
    public async Task PartitionBy_ManyWorkers_EachKeyIsSerialAndInOrder(int keys, int capacity)
    {
        int[] running = new int[keys];
        int overlaps = 0;
        PipelineReport report = await PooledPipeline.CreateBuilder<int>(capacity)
            .Produce(Enumerable.Range(0, 3_000))
            .Consume(
                async (item, _) =>
                {
                    if (Interlocked.Increment(ref running[item % keys]) > 1)
                    {
                        Interlocked.Increment(ref overlaps);
                    }

                    if (item % 5 == 0)
                    {
                        await Task.Yield();
                    }

                    _handled.Enqueue(item);
                    Interlocked.Decrement(ref running[item % keys]);
                },
                stage => Partition(stage, item => item % keys),
                maxWorkers: 4)
            .Build()
            .RunAsync();

        report.ShouldBalance();
        overlaps.Should().Be(0);
        for (int key = 0; key < keys; key++)
        {
            _handled.Where(item => item % keys == key).Should().BeInAscendingOrder();
        }

        _handled.Should().HaveCount(3_000);
    }

    /// <summary>After quick items, so that workers take many at once: a call that suspends, and one that blocks.</summary>
    [GuardedTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PartitionBy_SlowKey_DoesNotDelayOthers(bool blocks)
    {
        const int Quick = 10_000;
        const int All = Quick + 200;
        using ManualResetEventSlim others = new();
        Gate gate = new();
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 512)
            .Produce(Enumerable.Range(0, All))
            .Consume(
                async (item, token) =>
                {
                    if (item == Quick && blocks)
                    {
                        others.Wait(token);
                    }
                    else if (item == Quick)
                    {
                        await gate.PassAsync(token);
                    }

                    _handled.Enqueue(item);
                },
                stage => Partition(stage, item => item % 4),
                maxWorkers: 2)
            .Build();

        Task<PipelineReport> run = pipeline.RunAsync();
        while (_handled.Count < Quick + 150)
        {
            await Task.Yield();
        }

        _handled.Skip(Quick).Should().OnlyContain(item => item < Quick || item % 4 != Quick % 4);
        gate.Open();
        others.Set();

        (await run).ShouldBalance();
        _handled.Where(item => item % 4 == Quick % 4).Should().BeInAscendingOrder().And.HaveCount(All / 4);
    }

    /// <summary>The hot key is held for as long as there are others.</summary>
    [GuardedFact]
    public async Task PartitionBy_OneHotKeyAmongManyColdOnes_ColdOnesAreHandledMeanwhile()
    {
        const int Cold = 100_000;
        const int HotItems = 500;
        int cold = 0;
        Gate allCold = new(expected: Cold);
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 1_024)
            .Produce(Enumerable.Range(0, Cold + HotItems).Select(number => number % 200 == 0 && number / 200 < HotItems ? -number : ++cold))
            .Consume(
                async (item, token) =>
                {
                    if (item > 0)
                    {
                        allCold.Arrive();
                        return;
                    }

                    await allCold.Arrived.WaitAsync(token);
                    _handled.Enqueue(-item);
                },
                stage => Partition(stage, item => Math.Max(item, 0)),
                maxWorkers: 2)
            .Build();

        (await pipeline.RunAsync()).ShouldBalance();

        _handled.Should().HaveCount(HotItems).And.BeInAscendingOrder();
    }

    [GuardedFact]
    public async Task PartitionBy_ItemComesBack_ItsKeyWaitsAndOthersDoNot()
    {
        FakeTimeProvider clock = new();
        ConcurrentDictionary<int, int> attempts = new();
        await using PooledPipeline<int> pipeline = PooledPipeline
            .CreateBuilder<int>(capacity: 64, configure: options => options.TimeProvider = clock)
            .Consume(
                (item, _) =>
                {
                    if (item == 4 && attempts.AddOrUpdate(item, 1, (_, before) => before + 1) < 3)
                    {
                        throw new InvalidOperationException("twice");
                    }

                    _handled.Enqueue(item);
                    return default(ValueTask);
                },
                stage =>
                {
                    Partition(stage, item => item % 2);
                    stage.OnFailure.Redeliver(5, TimeSpan.FromSeconds(1));
                },
                maxWorkers: 2)
            .Build();
        await pipeline.StartAsync();
        for (int item = 0; item < 20; item++)
        {
            await pipeline.Writer.WriteAsync(item);
        }

        await HandledAsync(12);
        _handled.Where(item => item % 2 == 0).Should().Equal(0, 2);
        Task<PipelineReport> stop = pipeline.StopAsync();
        while (!stop.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        (await stop).ShouldBalance();
        _handled.Where(item => item % 2 == 0).Should().Equal(Enumerable.Range(0, 10).Select(item => 2 * item));
        _handled.Where(item => item % 2 == 1).Should().Equal(Enumerable.Range(0, 10).Select(item => (2 * item) + 1));
    }

    [GuardedTheory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task PartitionBy_KeyThrowsOrIsNull_IsAFailureOfThatItem(int workers)
    {
        InvalidOperationException thrown = new("no key");
        PipelineReport report = await PooledPipeline.CreateBuilder<int>(capacity: 8)
            .Produce(Enumerable.Range(0, 100))
            .Consume(
                (item, _) =>
                {
                    _handled.Enqueue(item);
                    return default(ValueTask);
                },
                stage =>
                {
                    Partition(stage, item => item == 50 ? throw thrown : item == 60 ? null! : $"{item % 3}");
                    stage.OnFailure.Skip();
                },
                workers)
            .Build()
            .RunAsync();

        report.ShouldBalance();
        report.Consumers().Failed.Should().Be(2);
        report.Failures.Should().ContainSingle(failure => failure.Exception == thrown).Which.Item.Should().Be(50);
        report.Failures.Should().ContainSingle(failure => Equals(failure.Item, 60)).Which.Exception.Message.Should().Contain("returned null");
        _handled.Should().BeEquivalentTo(Enumerable.Range(0, 100).Except([50, 60]));
    }

    [GuardedFact]
    public async Task PartitionBy_Comparer_SaysWhichKeysAreTheSame()
    {
        int running = 0;
        int overlaps = 0;
        string[] items = ["a", "A", "b", "B"];
        PipelineReport report = await PooledPipeline.CreateBuilder<string>()
            .Produce(Enumerable.Repeat(items[..2], 200).SelectMany(pair => pair))
            .Consume(
                async (_, _) =>
                {
                    overlaps += Interlocked.Increment(ref running) - 1;
                    await Task.Yield();
                    Interlocked.Decrement(ref running);
                },
                stage => Partition(stage, item => item, StringComparer.OrdinalIgnoreCase),
                maxWorkers: 4)
            .Build()
            .RunAsync();

        report.Consumers().Completed.Should().Be(400);
        overlaps.Should().Be(0);
    }

    /// <summary>Keys are objects that only the pipeline could keep alive.</summary>
    [GuardedFact]
    public async Task PartitionBy_KeyIsIdle_IsForgotten()
    {
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>()
            .Consume((_, _) => default(ValueTask), stage => Partition(stage, CreateKey), maxWorkers: 2)
            .Build();
        await pipeline.StartAsync();
        for (int item = 0; item < 5_000; item++)
        {
            await pipeline.Writer.WriteAsync(item);
        }

        while (_keys.Any(key => key.IsAlive))
        {
            await Task.Yield();
            GC.Collect();
        }

        (await pipeline.StopAsync()).Consumers().Completed.Should().Be(5_000);
    }

    [GuardedFact]
    public async Task Abort_ItemsWaitInLanes_AreHandedBackOldestFirst()
    {
        Gate gate = new(expected: 2);
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 50)
            .Consume(async (_, token) => await gate.PassAsync(token), stage => Partition(stage, item => item % 3), maxWorkers: 2)
            .Build();
        await pipeline.StartAsync();
        await pipeline.Writer.WriteAsync(0);
        await pipeline.Writer.WriteAsync(1);
        await gate.Arrived;
        int written = 2;
        while (pipeline.Writer.TryWrite(written))
        {
            written++;
        }

        PipelineReport report = await pipeline.StopAsync(StopMode.Abort);

        report.ShouldBalance();
        written.Should().Be(52, "the capacity holds for what waits in lanes, too");
        report.Consumers().Undelivered.Where(entry => entry.Started).Should().HaveCount(2);
        report.Consumers().Undelivered.Where(entry => !entry.Started).Select(entry => (int)entry.Item!).Should().BeInAscendingOrder().And.HaveCount(50);
    }

    private void Partition<T, TKey>(StageOptions<T> stage, Func<T, TKey> key, IEqualityComparer<TKey>? comparer = null)
        where TKey : notnull
    {
        stage.QuickCall = quickCall ?? stage.QuickCall;
        stage.PartitionBy(key, comparer);
    }

    private readonly ConcurrentQueue<WeakReference> _keys = [];

    [MethodImpl(MethodImplOptions.NoInlining)]
    private object CreateKey(int item)
    {
        object key = new();
        _keys.Enqueue(new WeakReference(key));
        return key;
    }

    private async Task HandledAsync(int count)
    {
        while (_handled.Count < count)
        {
            await Task.Yield();
        }
    }
}
