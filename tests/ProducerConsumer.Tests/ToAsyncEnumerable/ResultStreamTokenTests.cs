namespace ProducerConsumer.Tests;

/// <summary>A token ends an enumeration, whichever way it came.</summary>
public sealed class ResultStreamTokenTests
{
    private readonly List<PipelineReport> _reports = [];
    private readonly Feed _feed = new() { Producers = 4 };

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

    private PipelineBuilder<int> Endless(int capacity) =>
        PooledPipeline.CreateBuilder<int>(capacity).Produce(_feed.Producers, _feed.WriteToAsync);
}
