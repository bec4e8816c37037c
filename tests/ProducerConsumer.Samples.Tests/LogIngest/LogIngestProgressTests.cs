using LogIngestion;
using Microsoft.Extensions.Time.Testing;
using ProducerConsumer.Tests;

namespace ProducerConsumer.Samples.Tests;

public sealed class LogIngestProgressTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    [GuardedFact]
    public async Task RunAsync_Terminal_RewritesTheProgressLineAndClearsIt()
    {
        (string during, string after) = await RunAsync(showsProgress: true);
        during.Should().MatchRegex(@"^(\r[0-9]+ lines read, 0 of them known, [0-9]+ requests stored, [0-9]+ lines/s *){2}$");
        after.Should().StartWith(during).And.MatchRegex(@"lines/s *\r +\r2000 lines read, 0 of them known, [0-9]+ requests stored\nPipeline");
        after[after.IndexOf("Pipeline", StringComparison.Ordinal)..].Should().NotContain("\r");
    }

    [GuardedFact]
    public async Task RunAsync_NoTerminal_ShowsNoProgress()
    {
        (string during, string after) = await RunAsync(showsProgress: false);
        during.Should().BeEmpty();
        after.Should().StartWith("2000 lines read, 0 of them known, ");
    }

    /// <summary>Holds the reading up in the middle, lets two intervals pass, and returns what was on the screen then and at the end.</summary>
    private static async Task<(string During, string After)> RunAsync(bool showsProgress)
    {
        using TestLog log = new();
        log.Generate(2_000);
        FakeTimeProvider time = new();
        TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using StringWriter output = new();
        await using StringWriter error = new();
        LogIngest ingest = new(log.Options, new Screen(output, error, showsProgress))
        {
            TimeProvider = time,
            OpenFile = path => new HookedStream(File.ReadAllBytes(path), async (position, _) =>
            {
                if (position > 100_000)
                {
                    held.TrySetResult();
                    await release.Task;
                }
            }),
        };
        Task<int> run = ingest.RunAsync(TestContext.Current.CancellationToken);
        await held.Task;
        time.Advance(Interval);
        time.Advance(Interval);
        string during = error.ToString();
        release.SetResult();
        (await run).Should().Be(ExitCode.Success);
        return (during, error.ToString());
    }
}
