using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace ProducerConsumer.Tests;

/// <summary>However an enumeration ends, the run has ended before the reader goes on, and no result disappears.</summary>
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

    [GuardedTheory]
    [InlineData("stream", false)]
    [InlineData("enumeration", false)]
    [InlineData("stream", true)]
    [InlineData("enumeration", true)]
    public async Task Token_Cancelled_ThrowsWithThatToken(string which, bool both)
    {
        using CancellationTokenSource source = new();
        using CancellationTokenSource other = new();
        bool isStream = which == "stream";
        CancellationToken quiet = both ? other.Token : CancellationToken.None;
        IAsyncEnumerable<int> results = Endless(8).ToAsyncEnumerable(_reports.Add, isStream ? source.Token : quiet);
        List<int> read = [];
        Func<Task> loop = async () =>
        {
            await foreach (int result in results.WithCancellation(isStream ? quiet : source.Token))
            {
                read.Add(result);
                if (read.Count == 30)
                {
                    await source.CancelAsync();
                }
            }
        };

        OperationCanceledException thrown = (await loop.Should().ThrowAsync<OperationCanceledException>()).Which;

        thrown.CancellationToken.Should().Be(source.Token);
        PipelineReport report = _reports.Should().ContainSingle().Which;
        report.Outcome.Should().Be(PipelineOutcome.Canceled);
        report.ShouldBalance();
        report.ShouldAccountFor(read);
        _feed.Active.Should().Be(0);
    }

    /// <summary>Callbacks of a token run newest first, so that the producer hears of it before the run does.</summary>
    [GuardedTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Token_UsedByAProducerDirectly_IsNoFault(bool isStream)
    {
        using CancellationTokenSource source = new();
        using CancellationTokenSource other = new();
        Gate gate = new();
        IAsyncEnumerator<int> results = PooledPipeline.CreateBuilder<int>()
            .Produce(1, async _ =>
            {
                await gate.PassAsync(source.Token);
                return 1;
            })
            .ToAsyncEnumerable(_reports.Add, isStream ? source.Token : other.Token)
            .GetAsyncEnumerator(isStream ? other.Token : source.Token);
        ValueTask<bool> move = results.MoveNextAsync();
        await gate.Arrived;

        await source.CancelAsync();

        (await FluentActions.Awaiting(() => move.AsTask()).Should().ThrowAsync<OperationCanceledException>())
            .Which.CancellationToken.Should().Be(source.Token);
        _reports.Should().ContainSingle().Which.Faults.Should().BeEmpty();
    }

    [GuardedFact]
    public async Task Token_CancelledWhileTheReaderWaits_EndsTheWait()
    {
        using CancellationTokenSource source = new();
        Gate gate = new();
        IAsyncEnumerator<int> results = Endless(8)
            .Transform(async (item, token) =>
            {
                await gate.PassAsync(token);
                return item;
            })
            .ToAsyncEnumerable(_reports.Add)
            .GetAsyncEnumerator(source.Token);
        ValueTask<bool> move = results.MoveNextAsync();
        await gate.Arrived;

        await source.CancelAsync();

        await FluentActions.Awaiting(() => move.AsTask()).Should().ThrowAsync<OperationCanceledException>();
        _reports.Should().ContainSingle();
        await results.DisposeAsync();
    }

    [GuardedFact]
    public async Task Token_CancelledWhenAllIsRead_ChangesNothing()
    {
        using CancellationTokenSource source = new();
        IAsyncEnumerator<int> results = PooledPipeline.CreateBuilder<int>().Produce([1]).ToAsyncEnumerable(_reports.Add)
            .GetAsyncEnumerator(source.Token);
        (await results.MoveNextAsync()).Should().BeTrue();
        (await results.MoveNextAsync()).Should().BeFalse();

        await source.CancelAsync();

        (await results.MoveNextAsync()).Should().BeFalse();
        await results.DisposeAsync();
        _reports.Should().ContainSingle().Which.Outcome.Should().Be(PipelineOutcome.Completed);
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

    private PipelineBuilder<int> Endless(int capacity) =>
        PooledPipeline.CreateBuilder<int>(capacity).Produce(_feed.Producers, _feed.WriteToAsync);
}
