using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace ProducerConsumer.Tests;

/// <summary>However an enumeration ends, the run has ended before the reader goes on, and no result disappears. Ends by a token: <see cref="ResultStreamTokenTests"/>.</summary>
public sealed class ResultStreamEndingTests
{
    private readonly List<PipelineReport> _reports = [];
    private readonly Feed _feed = new() { Producers = 4 };

    public static TheoryData<int, int, int> Breaks => new()
    {
        { 1, 1, 1 },
        { 1, 4, 50 },
        { 16, 1, 100 },
        { 64, 4, 300 },
    };

    [GuardedTheory]
    [MemberData(nameof(Breaks))]
    public async Task Break_ProducersWaitOnAFullBuffer_EndsThemAndHandsBackWhatWasNotRead(int capacity, int workers, int results)
    {
        List<int> read = [];
        await foreach (int result in Endless(capacity).Transform((item, _) => new ValueTask<int>(item), maxWorkers: workers).ToAsyncEnumerable(_reports.Add))
        {
            read.Add(result);
            if (read.Count == results)
            {
                break;
            }
        }

        PipelineReport report = _reports.Should().ContainSingle().Which;
        report.Outcome.Should().Be(PipelineOutcome.Aborted);
        report.ShouldBalance();
        report.ShouldAccountFor(read);
        report.Stages[^1].Completed.Should().Be(results);
        _feed.Active.Should().Be(0, "every producer is terminal when the loop was left");
    }

    /// <summary>Whatever the moment at which the reader leaves.</summary>
    [GuardedFact]
    public async Task Break_AtAnyMoment_LosesNothing()
    {
        Random random = new(20261124);
        for (int round = 0; round < 300; round++)
        {
            int capacity = random.Next(1, 40);
            int workers = random.Next(1, 4);
            int most = random.Next(0, 120);
            List<int> read = [];
            await foreach (int result in PooledPipeline.CreateBuilder<int>(capacity)
                .Produce(new Feed { Items = 100 }.AsAsyncEnumerable())
                .Transform((item, _) => new ValueTask<int>(item), maxWorkers: workers)
                .ToAsyncEnumerable(_reports.Add))
            {
                read.Add(result);
                if (read.Count > most)
                {
                    break;
                }
            }

            _reports.Should().HaveCount(round + 1);
            _reports[^1].ShouldBalance();
            _reports[^1].ShouldAccountFor(read);
        }
    }

    [GuardedFact]
    public async Task Body_Throws_KeepsThatErrorThoughTheCallbackThrowsToo()
    {
        Func<Task> loop = async () =>
        {
            await foreach (int _ in Endless(8).ToAsyncEnumerable(_ => throw new InvalidOperationException("callback")))
            {
                throw new IOException("body");
            }
        };

        await loop.Should().ThrowAsync<IOException>().WithMessage("body");
        _feed.Active.Should().Be(0);
    }

    [GuardedFact]
    public async Task Stage_Faults_ThrowsTheFaultAfterTheReportWasTold()
    {
        InvalidOperationException root = new("boom");
        List<int> read = [];
        IAsyncEnumerator<int> results = Endless(8)
            .Transform((item, _) => item == 20 ? throw root : new ValueTask<int>(item))
            .ToAsyncEnumerable(_reports.Add)
            .GetAsyncEnumerator();
        Func<Task> loop = async () =>
        {
            while (await results.MoveNextAsync())
            {
                read.Add(results.Current);
            }
        };

        PipelineException thrown = (await loop.Should().ThrowAsync<PipelineException>()).Which;

        thrown.InnerException.Should().BeSameAs(root);
        thrown.Report.Should().BeSameAs(_reports.Should().ContainSingle().Which);
        thrown.Report.ShouldAccountFor(read, failed: [20]);
        thrown.Report.ShouldBalance();
        _feed.Active.Should().Be(0);
        (await results.MoveNextAsync()).Should().BeFalse("the fault is told once");
        await results.DisposeAsync();
        _reports.Should().ContainSingle();
    }

    [GuardedFact]
    public async Task Callback_Throws_IsLoggedAndChangesNothing()
    {
        FakeLogCollector logs = new();
        using LoggerFactory loggers = new([new FakeLoggerProvider(logs)]);
        int read = 0;
        await foreach (int _ in PooledPipeline.CreateBuilder<int>(configure: options => options.LoggerFactory = loggers)
            .Produce([1, 2, 3])
            .ToAsyncEnumerable(_ => throw new InvalidOperationException("callback")))
        {
            read++;
        }

        read.Should().Be(3);
        logs.GetSnapshot().Should().ContainSingle(record => record.Message.Contains("'completion callback' threw"));
    }

    [GuardedFact]
    public async Task MoveNext_WhileAnotherWaits_IsRefusedAndLosesNothing()
    {
        Gate gate = new();
        IAsyncEnumerator<int> results = PooledPipeline.CreateBuilder<int>()
            .Produce(1, async token =>
            {
                await gate.PassAsync(token);
                return 7;
            })
            .ToAsyncEnumerable()
            .GetAsyncEnumerator();
        ValueTask<bool> move = results.MoveNextAsync();
        await gate.Arrived;

        Func<Task> again = () => results.MoveNextAsync().AsTask();

        await again.Should().ThrowAsync<InvalidOperationException>().WithMessage("*'pipeline'*Await each call*");
        gate.Open();
        (await move).Should().BeTrue();
        results.Current.Should().Be(7);
        (await results.MoveNextAsync()).Should().BeFalse();
    }

    [GuardedFact]
    public async Task Dispose_WhileTheReaderWaits_EndsTheWaitWithFalse()
    {
        Gate gate = new();
        IAsyncEnumerator<int> results = Endless(4)
            .Transform(async (item, token) =>
            {
                await gate.PassAsync(token);
                return item;
            })
            .ToAsyncEnumerable(_reports.Add)
            .GetAsyncEnumerator();
        ValueTask<bool> move = results.MoveNextAsync();
        await gate.Arrived;

        await results.DisposeAsync();

        (await move).Should().BeFalse();
        _reports.Should().ContainSingle().Which.Outcome.Should().Be(PipelineOutcome.Aborted);
        _feed.Active.Should().Be(0);
    }

    [GuardedFact]
    public async Task Break_CallIgnoresItsToken_EndsAfterTheTimeoutAndTellsWhatIsInFlight()
    {
        FakeTimeProvider clock = new();
        Gate stuck = new();
        IAsyncEnumerator<int> results = PooledPipeline.CreateBuilder<int>(configure: options => options.TimeProvider = clock)
            .Produce([1, 2])
            .Transform(async (item, _) =>
            {
                if (item == 2)
                {
                    await stuck.PassAsync();
                }

                return item;
            })
            .ToAsyncEnumerable(_reports.Add)
            .GetAsyncEnumerator();
        (await results.MoveNextAsync()).Should().BeTrue();
        await stuck.Arrived;

        ValueTask leave = results.DisposeAsync();
        leave.IsCompleted.Should().BeFalse();
        clock.Advance(TimeSpan.FromSeconds(30));
        await leave;

        PipelineReport report = _reports.Should().ContainSingle().Which;
        report.Outcome.Should().Be(PipelineOutcome.Abandoned);
        report.ShouldBalance();
        report.Stages[1].InFlightItems.Should().ContainSingle().Which.Item.Should().Be(2);
        stuck.Open();
    }

    private PipelineBuilder<int> Endless(int capacity) =>
        PooledPipeline.CreateBuilder<int>(capacity).Produce(_feed.Producers, _feed.WriteToAsync);
}
