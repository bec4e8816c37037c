using ProducerConsumer.Tests;

namespace ProducerConsumer.Samples.Tests;

public sealed class QuickStartCommandTests
{
    [GuardedTheory]
    [InlineData("'ten' is not a number", "--max-seconds", "ten")]
    [InlineData("'' is not a number", "--max-seconds", "")]
    [InlineData("'0,5' is not a number", "--max-seconds", "0,5")]
    [InlineData("'1 000' is not a number", "--max-seconds", "1 000")]
    [InlineData("'-1' is no time to sleep", "--max-seconds", "-1")]
    [InlineData("'NaN' is no time to sleep", "--max-seconds", "NaN")]
    [InlineData("'Infinity' is no time to sleep", "--max-seconds", "Infinity")]
    [InlineData("'-Infinity' is no time to sleep", "--max-seconds", "-Infinity")]
    [InlineData("'1e999' is no time to sleep", "--max-seconds", "1e999")]
    [InlineData("'86400.001' is no time to sleep", "--max-seconds", "86400.001")]
    [InlineData("'--max-seconds' has no value", "--max-seconds")]
    [InlineData("'--min-seconds' is no option", "--min-seconds", "1")]
    [InlineData("'10' is no option", "10")]
    [InlineData("'--fast' is no option", "--max-seconds", "1", "--fast")]
    public async Task Arguments_ThatMakeNoSense_AreNamedAndNothingRuns(string message, params string[] args)
    {
        (int exitCode, string output, string error) = await RunAsync(args);

        exitCode.Should().Be(2);
        error.Should().StartWith(message).And.EndWith($"See --help.{Environment.NewLine}");
        output.Should().BeEmpty();
    }

    [GuardedTheory]
    [InlineData("--help")]
    [InlineData("--max-seconds", "ten", "--help")]
    public async Task Help_IsAskedFor_IsShownAndNothingRuns(params string[] args)
    {
        (int exitCode, string output, string error) = await RunAsync(args);

        exitCode.Should().Be(0);
        output.Should().Contain("--max-seconds").And.Contain("--help").And.Contain("default is 1")
            .And.NotContain("Consumer got");
        error.Should().BeEmpty();
    }

    [GuardedTheory]
    [InlineData("--max-seconds", "0")]
    [InlineData("--max-seconds", "5", "--max-seconds", "0.0")]
    public async Task MaxSeconds_Zero_RunsWithoutSleeping(params string[] args)
    {
        (int exitCode, string output, string error) = await RunAsync(args);

        exitCode.Should().Be(0);
        string[] lines = output.Split(Environment.NewLine);
        lines.Count(line => line == "Consumer got: 0").Should().Be(20);
        lines.Should().Contain("Pipeline 'pipeline': Completed after 0.000 s");
        error.Should().BeEmpty();
    }

    /// <summary>On a clock that nobody moves: only a program that does not sleep comes to its end.</summary>
    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(string[] args)
    {
        using StringWriter output = new(), error = new();
        int exitCode = await QuickStartCommand.RunAsync(
            args, output, error, new QuickStartClock(new AsyncGate()), new Random(1), TestContext.Current.CancellationToken);
        return (exitCode, output.ToString(), error.ToString());
    }
}
