using System.Runtime.Versioning;
using LogIngestion;
using ProducerConsumer.Tests;

namespace ProducerConsumer.Samples.Tests;

/// <summary>What fails is named, and what was stored before stays.</summary>
public sealed class LogIngestFailureTests
{
    [GuardedFact]
    public async Task RunAsync_CutOffCompressedLog_StoresWhatCanBeReadAndTheRestLater()
    {
        using TestLog log = new();
        Totals promised = log.Generate(2_000);
        byte[] whole = TestLog.Compress(await File.ReadAllBytesAsync(log.Path, TestContext.Current.CancellationToken));
        log.Write(whole[..(whole.Length / 2)]);
        IngestRun first = await IngestRun.OfAsync(log.Options);
        first.ExitCode.Should().Be(ExitCode.Failure);
        first.Error.Should().StartWith($"LogIngest: {log.Path}: The compressed file is damaged or cut off.").And.Contain("Completed after");
        log.CountStored().Requests.Should().BeInRange(500, promised.Requests - 1);
        log.Write(whole);
        IngestRun second = await IngestRun.OfAsync(log.Options);
        second.ExitCode.Should().Be(ExitCode.Success);
        log.CountStored().Should().Be(promised);
    }

    [GuardedFact]
    public async Task RunAsync_ReadFails_StoresWhatWasReadAndSaysSo()
    {
        using TestLog log = new();
        log.Write($"{TestLog.Line(1)}\n{TestLog.Line(2)}");
        IngestRun run = await IngestRun.OfAsync(log.Options, path => new HookedStream(
            File.ReadAllBytes(path), (position, _) => position > 0 ? throw new IOException("Input/output error") : default));
        run.ExitCode.Should().Be(ExitCode.Failure);
        run.Error.Should().StartWith($"LogIngest: {log.Path}: Input/output error{Environment.NewLine}1 lines read");
        log.CountStored().Should().Be(new Totals(1, 1, 0));
    }

    [GuardedFact]
    public async Task RunAsync_DatabaseFailsHalfway_KeepsTheBatchesBefore()
    {
        using TestLog log = new();
        Totals promised = log.Generate(2_000);
        int batches = 0;
        int stored = 0;
        IngestRun first = await IngestRun.OfAsync(log.Options, batchStored: requests =>
        {
            stored += requests;
            if (++batches == 3)
            {
                log.Execute("CREATE TRIGGER full BEFORE INSERT ON requests BEGIN SELECT RAISE(ABORT, 'disk is full'); END");
            }
        });
        first.ExitCode.Should().Be(ExitCode.Failure);
        first.Error.Should().Contain("Faulted after").And.Contain("disk is full");
        log.CountStored().Requests.Should().Be(stored);
        log.Execute("DROP TRIGGER full");
        (await IngestRun.OfAsync(log.Options)).ExitCode.Should().Be(ExitCode.Success);
        log.CountStored().Should().Be(promised);
        log.Rejected.Should().HaveCount((int)promised.Rejected);
    }

    [GuardedFact]
    public async Task RunAsync_DeadLettersCannotBeStored_SaysSoAndStoresThemLater()
    {
        using TestLog log = new();
        await IngestRun.OfAsync(log.Write("").Options);
        log.Execute("CREATE TRIGGER full BEFORE INSERT ON rejected BEGIN SELECT RAISE(ABORT, 'disk is full'); END");
        log.Write(string.Concat(Enumerable.Range(0, 600).Select(_ => "bad\n")) + TestLog.Line(1));
        IngestRun first = await IngestRun.OfAsync(log.Options);
        first.ExitCode.Should().Be(ExitCode.Failure);
        first.Error.Should().Contain("disk is full").And.Contain("1 failed + 599 dead-lettered");
        log.CountStored().Should().Be(new Totals(1, 1, 0));
        log.Execute("DROP TRIGGER full");
        await IngestRun.OfAsync(log.Options);
        log.CountStored().Should().Be(new Totals(1, 1, 600));
    }

    [GuardedFact]
    public async Task RunAsync_NoSuchFile_NamesIt()
    {
        using TestLog log = new();
        IngestRun run = await IngestRun.OfAsync(log.Options);
        run.Should().Be(new IngestRun(
            ExitCode.BadUsage, "", $"LogIngest: {log.Path}: No such file or directory{Environment.NewLine}"));
        File.Exists(log.Options.Database).Should().BeFalse();
    }

    [GuardedFact]
    public async Task RunAsync_Directory_NamesIt()
    {
        using TestLog log = new();
        Directory.CreateDirectory(log.Path);
        IngestRun run = await IngestRun.OfAsync(log.Options);
        run.ExitCode.Should().Be(ExitCode.BadUsage);
        run.Error.Should().StartWith($"LogIngest: {log.Path}: Is a directory");
    }

    [GuardedTheory]
    [InlineData("missing/requests.db", "unable to open database file")]
    [InlineData(".", "unable to open database file")]
    [InlineData("text", "file is not a database")]
    public async Task RunAsync_BadDatabase_NamesIt(string name, string reason)
    {
        using TestLog log = new();
        log.Write(TestLog.Line(1));
        await File.WriteAllTextAsync(log["text"], new string('x', 2_000), TestContext.Current.CancellationToken);
        IngestRun run = await IngestRun.OfAsync(log.Options with { Database = log[name] });
        run.ExitCode.Should().Be(ExitCode.BadUsage);
        run.Output.Should().BeEmpty();
        run.Error.Should().StartWith($"LogIngest: {log[name]}: ").And.Contain(reason);
    }

    [GuardedFact]
    [UnsupportedOSPlatform("windows")]
    public async Task RunAsync_ReadOnlyDatabase_NamesIt()
    {
        Assert.SkipUnless(
            !OperatingSystem.IsWindows() && !Environment.IsPrivilegedProcess, "This user may write everything.");
        using TestLog log = new();
        await IngestRun.OfAsync(log.Write(TestLog.Line(1)).Options);
        File.SetUnixFileMode(log.Options.Database, UnixFileMode.UserRead);
        IngestRun run = await IngestRun.OfAsync(log.Options);
        run.ExitCode.Should().Be(ExitCode.BadUsage);
        run.Error.Should().StartWith($"LogIngest: {log.Options.Database}: ").And.Contain("readonly database");
    }

    [GuardedFact]
    public async Task RunAsync_DeadLetterFileCannotBeWritten_SaysSoAndKeepsTheDatabase()
    {
        using TestLog log = new();
        log.Write($"{TestLog.Line(1)}\nbad");
        IngestRun run = await IngestRun.OfAsync(log.Options with { Rejected = log["missing/rejected"] });
        run.ExitCode.Should().Be(ExitCode.Failure);
        run.Error.Should().EndWith($"LogIngest: {log["missing/rejected"]}: No such file or directory{Environment.NewLine}");
        log.CountStored().Should().Be(new Totals(1, 1, 1));
    }

    [GuardedFact]
    public async Task RunAsync_AbortedBefore_StoresNothing()
    {
        using TestLog log = new();
        log.Write(TestLog.Line(1));
        IngestRun run = await IngestRun.OfAsync(log.Options, abort: new CancellationToken(true));
        run.ExitCode.Should().Be(ExitCode.Canceled);
        log.CountStored().Should().Be(default(Totals));
    }
}
