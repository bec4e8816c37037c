using System.Collections.Concurrent;

namespace ProducerConsumer.Tests;

/// <summary>How a stream of results flows, and what it tells at the end. How it ends early: <see cref="ResultStreamEndingTests"/>.</summary>
public sealed class ResultStreamTests
{
    private readonly List<PipelineReport> _reports = [];

    [GuardedTheory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(1_000)]
    public async Task Enumeration_AllIsRead_YieldsEveryResultInOrderAndTellsTheBooksOnce(int capacity)
    {
        List<int> read = [];

        await foreach (int result in Numbers(500, capacity).Select(item => item * 2).ToAsyncEnumerable(_reports.Add))
        {
            _reports.Should().BeEmpty("the run goes on as long as there is something to read");
            read.Add(result);
        }

        read.Should().Equal(Enumerable.Range(0, 500).Select(item => item * 2));
        PipelineReport report = _reports.Should().ContainSingle().Which;
        report.ShouldBalance();
        report.Outcome.Should().Be(PipelineOutcome.Completed);
        report.Stages[^1].Name.Should().Be("results");
        report.Stages[^1].Completed.Should().Be(500);
    }

    [GuardedFact]
    public async Task Enumeration_SeveralWorkersAndSuspendingReader_YieldsEveryResultOnce()
    {
        List<int> read = [];

        await foreach (int result in Numbers(500, capacity: 16)
            .Transform(async (item, _) =>
            {
                await Task.Yield();
                return item;
            }, maxWorkers: 4)
            .ToAsyncEnumerable())
        {
            await Task.Yield();
            read.Add(result);
        }

        read.Order().Should().Equal(Enumerable.Range(0, 500));
    }

    [GuardedFact]
    public async Task Enumeration_NoResults_Ends()
    {
        await foreach (int _ in Numbers(0).ToAsyncEnumerable(_reports.Add))
        {
            Assert.Fail("There is no result.");
        }

        _reports.Should().ContainSingle().Which.Outcome.Should().Be(PipelineOutcome.Completed);
    }

    [GuardedFact]
    public async Task Enumeration_Again_RunsAPipelineOfItsOwn()
    {
        IAsyncEnumerable<int> results = Numbers(3).ToAsyncEnumerable(_reports.Add);

        List<int> first = await ReadAsync(results);
        List<int> second = await ReadAsync(results);

        first.Should().Equal(0, 1, 2);
        second.Should().Equal(0, 1, 2);
        _reports.Should().HaveCount(2).And.OnlyHaveUniqueItems();
    }

    [GuardedFact]
    public async Task Enumeration_NotMoved_RunsNothing()
    {
        bool called = false;
        IAsyncEnumerator<int> results = PooledPipeline.CreateBuilder<int>()
            .Produce(1, (_, _) =>
            {
                called = true;
                return default;
            })
            .ToAsyncEnumerable(_reports.Add)
            .GetAsyncEnumerator();

        await results.DisposeAsync();

        called.Should().BeFalse();
        _reports.Should().ContainSingle().Which.Outcome.Should().Be(PipelineOutcome.Aborted);
        (await results.MoveNextAsync()).Should().BeFalse();
        await results.DisposeAsync();
        _reports.Should().ContainSingle();
    }

    [GuardedFact]
    public async Task SlowReader_HoldsTheProducersBack()
    {
        Feed feed = new();
        IAsyncEnumerator<int> results = PooledPipeline.CreateBuilder<int>(capacity: 1)
            .Produce(1, feed.WriteToAsync)
            .ToAsyncEnumerable(_reports.Add)
            .GetAsyncEnumerator();
        for (int i = 0; i < 10; i++)
        {
            (await results.MoveNextAsync()).Should().BeTrue();
        }

        await results.DisposeAsync();

        _reports.Should().ContainSingle().Which.Stages[^1].Accepted.Should().BeInRange(10, 11);
        feed.Active.Should().Be(0);
    }

    /// <summary>A call that emits and then blocks its thread for ever does not publish what it emitted; somebody else has to.</summary>
    [GuardedFact]
    public async Task Result_ItsCallBlocksAfterwards_IsReadAllTheSame()
    {
        using ManualResetEventSlim release = new();
        IEnumerable<int> EmitAndBlock(int item)
        {
            yield return item;
            yield return item + 1;
            yield return item + 2;
            release.Wait(TestContext.Current.CancellationToken);
        }

        IAsyncEnumerator<int> results = Numbers(1)
            .TransformMany(EmitAndBlock, stage => stage.DedicatedThreads = true)
            .ToAsyncEnumerable()
            .GetAsyncEnumerator();
        for (int i = 0; i < 3; i++)
        {
            (await results.MoveNextAsync()).Should().BeTrue();
            results.Current.Should().Be(i);
        }

        ValueTask<bool> end = results.MoveNextAsync();
        end.IsCompleted.Should().BeFalse();
        release.Set();
        (await end).Should().BeFalse();
    }

    [GuardedFact]
    public async Task Tracked_IsCompletedWhenItsResultIsReadAndUndeliveredWhenNot()
    {
        ConcurrentDictionary<int, ItemOutcome> outcomes = new();
        await foreach (int result in PooledPipeline.CreateBuilder<int>(capacity: 4)
            .Produce(1, async (writer, token) =>
            {
                for (int i = 0; i < 3; i++)
                {
                    int id = i;
                    await writer.WriteTrackedAsync(id, outcome => outcomes[id] = outcome, token);
                }
            })
            .Select(item => item)
            .ToAsyncEnumerable(_reports.Add))
        {
            if (result == 1)
            {
                break;
            }
        }

        outcomes[0].Should().Be(ItemOutcome.Completed);
        outcomes[1].Should().Be(ItemOutcome.Completed);
        outcomes.Should().HaveCount((int)_reports.Single().Stages[0].Emitted);
        outcomes.Where(outcome => outcome.Key > 1).Should().OnlyContain(outcome => outcome.Value == ItemOutcome.Undelivered);
    }

    private static PipelineBuilder<int> Numbers(int count, int capacity = 64) =>
        PooledPipeline.CreateBuilder<int>(capacity).Produce(Enumerable.Range(0, count));

    private static async Task<List<int>> ReadAsync(IAsyncEnumerable<int> results)
    {
        List<int> read = [];
        await foreach (int result in results)
        {
            read.Add(result);
        }

        return read;
    }
}
