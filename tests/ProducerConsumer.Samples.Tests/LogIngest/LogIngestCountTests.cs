using System.Globalization;
using LogIngestion;
using ProducerConsumer.Tests;

namespace ProducerConsumer.Samples.Tests;

/// <summary>Every line of a log is stored once: as a request, or as a dead letter.</summary>
public sealed class LogIngestCountTests
{
    /// <summary>20,000 lines, or as many times more as the variable for long runs says: with 50 it is a million.</summary>
    private static readonly int GeneratedLines = 20_000 * (int.TryParse(
        Environment.GetEnvironmentVariable("PRODUCERCONSUMER_STRESS"), CultureInfo.InvariantCulture, out int scale) && scale > 0 ? scale : 1);

    [GuardedTheory]
    [InlineData("test.log")]
    [InlineData("test.log.gz")]
    public async Task RunAsync_GeneratedLog_StoresExactlyWhatWasPromised(string name)
    {
        using TestLog log = new();
        LogIngestOptions options = new(log[name]);
        string lines = GeneratedLines.ToString(CultureInfo.InvariantCulture);
        IngestRun promise = await IngestRun.OfArgumentsAsync(options.File, "--generate", lines);
        IngestRun run = await IngestRun.OfArgumentsAsync(options.File);
        promise.ExitCode.Should().Be(ExitCode.Success);
        run.ExitCode.Should().Be(ExitCode.Success);
        run.Output.Should().Be(promise.Output);
        run.Output.Should().Be($"{options.File}: {log.CountStored(options.Database)}{Environment.NewLine}");
        run.Error.Should().StartWith($"{lines} lines read, 0 of them known, ").And.Contain("Pipeline 'log-ingest': Completed");
    }

    [GuardedFact]
    public async Task RunAsync_MalformedLines_WritesEachWithNumberAndReason()
    {
        using TestLog log = new();
        Totals promised = log.Generate(5_000);
        string[] lines = await File.ReadAllLinesAsync(log.Path, TestContext.Current.CancellationToken);
        await IngestRun.OfAsync(log.Options);
        string[][] rejected = [.. log.Rejected.Select(line => line.Split('\t', 3))];
        rejected.Should().HaveCount((int)promised.Rejected).And.OnlyHaveUniqueItems(columns => columns[0]);
        rejected.Should().OnlyContain(columns => columns[1].Length > 0);
        int[] numbers = [.. rejected.Select(columns => int.Parse(columns[0], CultureInfo.InvariantCulture))];
        numbers.Should().BeInAscendingOrder();
        rejected.Select(columns => columns[2]).Should().Equal(numbers.Select(number => lines[number - 1]));
    }

    [GuardedFact]
    public async Task RunAsync_SmallLog_StoresTheFields()
    {
        using TestLog log = new();
        log.Write($"{TestLog.Line(1)}\r\nbad\r\n{TestLog.Line(2)}");
        IngestRun run = await IngestRun.OfAsync(log.Options);
        run.ExitCode.Should().Be(ExitCode.Success);
        run.Output.Should().Be($"{log.Path}: 2 requests, 3 bytes, 1 rejected{Environment.NewLine}");
        log.Rejected.Should().Equal("2\tThe line ends in the client\tbad");
        log.Ask("""
            SELECT count(*) FROM requests
            WHERE time = 971211302 AND client = '192.0.2.2' AND method = 'GET' AND path = '/2' AND status = 200 AND bytes = 2
            """).Should().Be(1);
    }

    [GuardedFact]
    public async Task RunAsync_BytesThatAreNotUtf8_StoresTheLines()
    {
        using TestLog log = new();
        byte[] line = [.. "::1 - - [10/Oct/2000:13:55:36 -0700] \"GET /"u8, 0xFF, 0, 0xC3, .. " HTTP/1.1\" 200 5 \"-\" \"-\"\n"u8];
        log.Write([.. line, 0xFF, (byte)'\n']);
        await IngestRun.OfAsync(log.Options);
        log.CountStored().Should().Be(new Totals(1, 5, 1));
        log.Rejected.Should().Equal("2\tThe line ends in the client\t\uFFFD");
    }

    [GuardedTheory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("bad\nworse")]
    public async Task RunAsync_NoRequests_StoresWhatThereIs(string content)
    {
        using TestLog log = new();
        log.Write(content);
        IngestRun run = await IngestRun.OfAsync(log.Options);
        run.ExitCode.Should().Be(ExitCode.Success);
        int lines = content.Split('\n', StringSplitOptions.None).Length - (content is "" or "\n" ? 1 : 0);
        log.CountStored().Should().Be(new Totals(0, 0, lines));
        log.Rejected.Should().HaveCount(lines);
    }

    [GuardedFact]
    public async Task RunAsync_ManyMalformedLines_StoresThemWhileItReads()
    {
        using TestLog log = new();
        log.Write(string.Concat(Enumerable.Range(0, 3_000).Select(number => $"bad{number}\n")) + TestLog.Line(1));
        await IngestRun.OfAsync(log.Options);
        log.CountStored().Should().Be(new Totals(1, 1, 3_000));
        log.Rejected.Should().HaveCount(3_000).And.HaveElementAt(2_999, "3000\tThe line ends in the client\tbad2999");
    }
}
