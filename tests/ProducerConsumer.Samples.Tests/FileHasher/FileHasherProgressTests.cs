using FileHashing;
using Microsoft.Extensions.Time.Testing;
using ProducerConsumer.Tests;

namespace ProducerConsumer.Samples.Tests;

public sealed class FileHasherProgressTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    [GuardedFact]
    public async Task RunAsync_Terminal_RewritesTheProgressLineAndClearsIt()
    {
        (string during, string after) = await RunAsync(errorIsTerminal: true);
        during.Should().MatchRegex(@"^\r0 files, 0\.[01] MB, 0\.[0-9] MB/s\r0 files, 0\.[01] MB, 0\.[0-9] MB/s$");
        after.Should().StartWith(during).And.MatchRegex(@"MB/s\r +\r1 files, 0\.1 MB, 0 failed\n");
        after[during.Length..].TrimStart('\r', ' ').Should().StartWith("1 files, 0.1 MB, 0 failed\nPipeline").And.NotContain("\r");
    }

    [GuardedFact]
    public async Task RunAsync_NoTerminal_ShowsNoProgress()
    {
        (string during, string after) = await RunAsync(errorIsTerminal: false);
        during.Should().BeEmpty();
        after.Should().StartWith("1 files, 0.1 MB, 0 failed\nPipeline");
    }

    [GuardedFact]
    public async Task WriteOutput_TerminalShowsProgress_ClearsTheProgressFirst()
    {
        await using StringWriter both = new();
        Screen screen = new(both, both, outputIsTerminal: true, errorIsTerminal: true);
        screen.ShowProgress("12");
        screen.ShowProgress("3");
        screen.WriteOutput("line");
        screen.WriteError("message");
        both.ToString().Should().Be("\r12\r  \r\r3\r \rline\nmessage" + Environment.NewLine);
    }

    /// <summary>Holds one file up in the middle, lets two intervals pass, and returns what was on the screen then and at the end.</summary>
    private static async Task<(string During, string After)> RunAsync(bool errorIsTerminal)
    {
        using TemporaryTree tree = new();
        tree.Add("file", new byte[100_000]);
        FakeTimeProvider time = new();
        TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using StringWriter output = new();
        await using StringWriter error = new();
        FileHasher hasher = new(new FileHasherOptions(tree.Root), new Screen(output, error, errorIsTerminal: errorIsTerminal))
        {
            TimeProvider = time,
            OpenFile = path => new HookedStream(File.ReadAllBytes(path), async (position, _) =>
            {
                if (position > 0)
                {
                    held.TrySetResult();
                    await release.Task;
                }
            }),
        };
        Task<int> run = hasher.RunAsync(TestContext.Current.CancellationToken);
        await held.Task;
        time.Advance(Interval);
        time.Advance(Interval);
        string during = error.ToString();
        release.SetResult();
        (await run).Should().Be(ExitCode.Success);
        return (during, error.ToString());
    }
}
