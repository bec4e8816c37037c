using LogIngestion;
using ProducerConsumer.Tests;

namespace ProducerConsumer.Samples.Tests;

/// <summary>A second run completes the first, however that ended, and stores nothing twice.</summary>
public sealed class LogIngestAgainTests
{
    private const int Lines = 4_000;

    [GuardedFact]
    public async Task RunAsync_Again_ChangesNothing()
    {
        using TestLog log = new();
        Totals promised = log.Generate(Lines);
        await IngestRun.OfAsync(log.Options);
        string[] rejected = log.Rejected;
        IngestRun second = await IngestRun.OfAsync(log.Options);
        second.ExitCode.Should().Be(ExitCode.Success);
        second.Output.Should().Be($"{log.Path}: {promised}{Environment.NewLine}");
        second.Error.Should().StartWith($"{Lines} lines read, {Lines - 2} of them known, 1 requests stored", "the last request and the last dead letter are read again");
        log.CountStored().Should().Be(promised);
        log.Rejected.Should().Equal(rejected);
    }

    [GuardedFact]
    public async Task RunAsync_StoppedAndRunAgain_StoresAllOnce()
    {
        using TestLog log = new();
        Totals promised = log.Generate(Lines);
        using CancellationTokenSource stop = new();
        IngestRun first = await IngestRun.OfAsync(
            log.Options, path => HoldInTheMiddle(path, stop), stop: stop.Token);
        first.ExitCode.Should().Be(ExitCode.Canceled);
        first.Error.Should().Contain("Drained after").And.Contain("lines read, 0 of them known");

        // All that was read is stored, also the last batch, which is not full.
        Totals half = log.CountStored();
        first.Error.Should().StartWith($"{half.Requests + half.Rejected} lines read, 0 of them known, {half.Requests} requests stored\n");
        half.Requests.Should().BeInRange(1, promised.Requests - 1);
        log.Rejected.Should().HaveCount((int)half.Rejected);

        IngestRun second = await IngestRun.OfAsync(log.Options);
        second.ExitCode.Should().Be(ExitCode.Success);
        log.CountStored().Should().Be(promised);
        log.Rejected.Should().HaveCount((int)promised.Rejected);
    }

    [GuardedTheory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(20)]
    public async Task RunAsync_AbortedAndRunAgain_StoresAllOnce(int batches)
    {
        using TestLog log = new();
        Totals promised = log.Generate(Lines);
        using CancellationTokenSource abort = new();
        IngestRun first = await IngestRun.OfAsync(
            log.Options with { Parsers = 8 },
            batchStored: _ =>
            {
                if (--batches == 0)
                {
                    abort.Cancel();
                }
            },
            abort: abort.Token);
        first.ExitCode.Should().Be(ExitCode.Canceled);
        first.Error.Should().Contain("Canceled after");
        log.CountStored().Requests.Should().BeInRange(1, promised.Requests - 1);
        await IngestRun.OfAsync(log.Options);
        log.CountStored().Should().Be(promised);
        log.Rejected.Should().HaveCount((int)promised.Rejected);
    }

    /// <summary>What the files hold between two batches is what a process leaves behind that is killed there.</summary>
    [GuardedTheory]
    [InlineData(1)]
    [InlineData(17)]
    public async Task RunAsync_KilledBetweenBatchesAndRunAgain_StoresAllOnce(int batches)
    {
        using TestLog log = new();
        Totals promised = log.Generate(Lines);
        LogIngestOptions afterKill = log.Options with { Database = log["killed.db"] };
        int stored = 0;
        await IngestRun.OfAsync(log.Options, batchStored: requests =>
        {
            batches--;
            stored += batches >= 0 ? requests : 0;
            if (batches == 0)
            {
                File.Copy(log.Options.Database, afterKill.Database);
                File.Copy(log.Options.Database + "-wal", afterKill.Database + "-wal");
            }
        });
        log.CountStored(afterKill.Database).Requests.Should().Be(stored);
        IngestRun second = await IngestRun.OfAsync(afterKill);
        second.Output.Should().Be($"{log.Path}: {promised}{Environment.NewLine}");
        log.CountStored(afterKill.Database).Should().Be(promised);
        log.Rejected.Should().HaveCount((int)promised.Rejected);
    }

    [GuardedFact]
    public async Task RunAsync_HolesInTheMiddle_FillsThem()
    {
        using TestLog log = new();
        Totals promised = log.Generate(Lines);
        await IngestRun.OfAsync(log.Options);
        log.Execute("DELETE FROM requests WHERE offset % 7 = 0; DELETE FROM rejected WHERE offset % 3 = 0");
        await IngestRun.OfAsync(log.Options);
        log.CountStored().Should().Be(promised);
        log.Rejected.Should().HaveCount((int)promised.Rejected);
    }

    [GuardedTheory]
    [InlineData("bad\n")]
    [InlineData("")]
    [InlineData("half of")]
    public async Task RunAsync_LogHasGrown_AddsTheNewLines(string last)
    {
        using TestLog log = new();
        string before = $"{TestLog.Line(1)}\n{TestLog.Line(2)}\n{last}";
        log.Write(before);
        await IngestRun.OfAsync(log.Options);
        log.Write($"{before} a line\n{TestLog.Line(3)}\n");
        await IngestRun.OfAsync(log.Options);
        log.CountStored().Should().Be(new Totals(3, 6, last == "bad\n" ? 2 : 1));
        log.Rejected.Should().HaveCount(last == "bad\n" ? 2 : 1).And.OnlyContain(line => !line.EndsWith("half of"));
    }

    [GuardedTheory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(71)]
    public async Task RunAsync_LastLineWasHalfWritten_StoresTheWholeLine(int length)
    {
        using TestLog log = new();
        log.Write(TestLog.Line(12)[..length]);
        await IngestRun.OfAsync(log.Options);
        log.CountStored().Should().Be(new Totals(0, 0, 1));
        log.Write($"{TestLog.Line(12)}\n{TestLog.Line(3)}\n");
        await IngestRun.OfAsync(log.Options);
        log.CountStored().Should().Be(new Totals(2, 15, 0));
        log.Rejected.Should().BeEmpty();
    }

    [GuardedFact]
    public async Task RunAsync_LogWasRotated_StoresBoth()
    {
        using TestLog log = new();
        log.Write($"{TestLog.Line(1)}\n{TestLog.Line(2)}\n");
        await IngestRun.OfAsync(log.Options);
        log.Write($"{TestLog.Line(3)}\n{TestLog.Line(4)}\n");
        IngestRun second = await IngestRun.OfAsync(log.Options);
        second.Output.Should().EndWith(": 2 requests, 7 bytes, 0 rejected" + Environment.NewLine, "a log is counted by itself");
        log.CountStored().Should().Be(new Totals(4, 10, 0));
    }

    [GuardedFact]
    public async Task RunAsync_TwoLogsInOneDatabase_StoresBoth()
    {
        using TestLog log = new();
        log.Write($"{TestLog.Line(1)}\nbad\n");
        File.Copy(log.Path, log["other.log"]);
        await IngestRun.OfAsync(log.Options);
        IngestRun second = await IngestRun.OfArgumentsAsync(log["other.log"], "--database", log.Options.Database);
        second.Output.Should().Be($"{log["other.log"]}: 1 requests, 1 bytes, 1 rejected{Environment.NewLine}");
        log.CountStored().Should().Be(new Totals(2, 2, 2));
        (await File.ReadAllLinesAsync(log["other.log.rejected"], TestContext.Current.CancellationToken)).Should().ContainSingle();
    }

    [GuardedFact]
    public async Task RunAsync_TwoLogsAtOnceInOneDatabase_StoresBoth()
    {
        using TestLog log = new();
        Totals promised = log.Generate(Lines);
        LogIngestOptions other = new(log["other.log"]) { BatchSize = 100, Database = log.Options.Database };
        File.Copy(log.Path, other.File);
        IngestRun[] runs = await Task.WhenAll(IngestRun.OfAsync(log.Options), IngestRun.OfAsync(other));
        runs.Should().OnlyContain(run => run.ExitCode == ExitCode.Success && run.Output.Contains($": {promised}"));
        log.CountStored().Should().Be(new Totals(2 * promised.Requests, 2 * promised.Bytes, 2 * promised.Rejected));
    }

    /// <summary>A log whose second half is not read before the reading is stopped.</summary>
    private static HookedStream HoldInTheMiddle(string path, CancellationTokenSource stop)
    {
        byte[] content = File.ReadAllBytes(path);
        return new HookedStream(content, async (position, cancellationToken) =>
        {
            if (position > content.Length / 2)
            {
                await stop.CancelAsync();
                await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            }
        });
    }
}
