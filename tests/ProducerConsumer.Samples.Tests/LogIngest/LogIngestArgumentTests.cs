using LogIngestion;
using ProducerConsumer.Tests;

namespace ProducerConsumer.Samples.Tests;

public sealed class LogIngestArgumentTests
{
    [GuardedTheory]
    [InlineData("", "The file is missing.")]
    [InlineData("--database x.db", "The file is missing.")]
    [InlineData("a.log --database", "--database needs a path after it.")]
    [InlineData("a.log --rejected", "--rejected needs a path after it.")]
    [InlineData("a.log --generate", "--generate needs a number after it.")]
    [InlineData("a.log --generate -1", "--generate is '-1'. Give a whole number from 0 to 1000000000.")]
    [InlineData("a.log --generate many", "--generate is 'many'.")]
    [InlineData("a.log --generate 1000000001", "--generate is '1000000001'.")]
    [InlineData("a.log --generate 1 --database x", "--generate only writes a log.")]
    [InlineData("a.log --threads 2", "There is no option '--threads'.")]
    [InlineData("a.log b.log", "'b.log' comes after the file 'a.log'.")]
    [InlineData("a.log --database ./a.log", "The file, --database and --rejected name the same path twice.")]
    [InlineData("a.log --rejected a.log.db", "The file, --database and --rejected name the same path twice.")]
    public async Task RunAsync_BadArguments_SaysWhichAndPrintsTheUsage(string line, string message)
    {
        IngestRun run = await IngestRun.OfArgumentsAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        run.ExitCode.Should().Be(ExitCode.BadUsage);
        run.Output.Should().BeEmpty();
        run.Error.Should().StartWith($"LogIngest: {message}").And.Contain("Usage: LogIngest <file>");
    }

    [GuardedFact]
    public async Task RunAsync_EmptyFileName_SaysSo()
    {
        IngestRun run = await IngestRun.OfArgumentsAsync("");
        run.ExitCode.Should().Be(ExitCode.BadUsage);
        run.Error.Should().StartWith("LogIngest: The file is ''.");
    }

    [GuardedFact]
    public async Task RunAsync_Help_PrintsTheUsage()
    {
        IngestRun run = await IngestRun.OfArgumentsAsync("--help");
        run.ExitCode.Should().Be(ExitCode.Success);
        run.Output.Should().StartWith("Usage: LogIngest <file> [--database path]");
        run.Error.Should().BeEmpty();
    }

    [GuardedFact]
    public async Task RunAsync_AllOptions_WritesWhereTheySay()
    {
        using TestLog log = new();
        log.Write($"{TestLog.Line(1)}\nbad");
        IngestRun run = await IngestRun.OfArgumentsAsync("--rejected", log["dead"], log.Path, "--database", log["store"]);
        run.ExitCode.Should().Be(ExitCode.Success);
        log.CountStored(log["store"]).Should().Be(new Totals(1, 1, 1));
        File.ReadAllText(log["dead"]).Should().Be("2\tThe line ends in the client\tbad\n");
        File.Exists(log.Options.Database).Should().BeFalse();
    }

    [GuardedFact]
    public async Task RunAsync_GenerateOverAFile_LeavesItAlone()
    {
        using TestLog log = new();
        log.Write("precious");
        IngestRun run = await IngestRun.OfArgumentsAsync(log.Path, "--generate", "5");
        run.ExitCode.Should().Be(ExitCode.BadUsage);
        run.Error.Should().Be($"LogIngest: {log.Path}: There is a file of this name, which is not overwritten{Environment.NewLine}");
        File.ReadAllText(log.Path).Should().Be("precious");
    }

    [GuardedFact]
    public async Task RunAsync_GenerateInNoDirectory_SaysSo()
    {
        using TestLog log = new();
        IngestRun run = await IngestRun.OfArgumentsAsync(log["missing/a.log"], "--generate", "5");
        run.ExitCode.Should().Be(ExitCode.BadUsage);
        run.Error.Should().Be($"LogIngest: {log["missing/a.log"]}: No such file or directory{Environment.NewLine}");
    }

    [GuardedFact]
    public async Task RunAsync_GenerateStopped_LeavesNoFile()
    {
        using TestLog log = new();
        using StringWriter output = new();
        int exitCode = await LogIngestCommand.RunAsync(
            [log.Path, "--generate", "5"], new Screen(output, output), stop: new CancellationToken(true));
        exitCode.Should().Be(ExitCode.Canceled);
        File.Exists(log.Path).Should().BeFalse();
    }
}
