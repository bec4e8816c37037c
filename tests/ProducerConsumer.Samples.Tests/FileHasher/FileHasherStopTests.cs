using System.Collections.Concurrent;
using FileHashing;
using ProducerConsumer.Tests;

namespace ProducerConsumer.Samples.Tests;

/// <summary>A run that ends early closes every file and still prints the report.</summary>
public sealed class FileHasherStopTests
{
    private readonly ConcurrentBag<HookedStream> _opened = [];

    [GuardedFact]
    public async Task RunAsync_Canceled_ClosesFilesAndPrintsTheReport()
    {
        using TemporaryTree tree = new();
        tree.AddMany(10);
        using CancellationTokenSource stop = new();
        FileHasherOptions options = new(tree.Root) { Producers = 3, Consumers = 1, Capacity = 2 };

        // One file is with the consumer and two wait for it when the last of the producers asks for content.
        int reading = 0;
        HashRun run = await HashRun.OfAsync(options, _ => Open(async (_, cancellationToken) =>
        {
            if (Interlocked.Increment(ref reading) == options.Producers)
            {
                await stop.CancelAsync();
            }

            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
        }), stop.Token);

        run.ExitCode.Should().Be(ExitCode.Canceled);
        run.Output.Should().BeEmpty();
        run.Error.Should().Contain("Canceled after").And.MatchRegex("hashers: 3 accepted = 0 completed .* 3 undelivered");
        _opened.Should().HaveCount(3).And.OnlyContain(stream => stream.IsClosed);
    }

    [GuardedFact]
    public async Task RunAsync_CanceledWhileProducersWait_ClosesFilesAndPrintsTheReport()
    {
        using TemporaryTree tree = new();
        tree.AddMany(40);
        using CancellationTokenSource stop = new();
        using StoppingWriter output = new(stop.Cancel);
        using StringWriter error = new();
        FileHasherOptions options = new(tree.Root) { Producers = 8, Consumers = 1, Capacity = 1 };
        int exitCode = await new FileHasher(options, new Screen(output, error)) { OpenFile = OpenForReal }.RunAsync(stop.Token);
        exitCode.Should().Be(ExitCode.Canceled);
        error.ToString().Should().Contain("Canceled after");
        _opened.Should().NotBeEmpty().And.OnlyContain(stream => stream.IsClosed);
    }

    [GuardedFact]
    public async Task RunAsync_CanceledBefore_OpensNothing()
    {
        using TemporaryTree tree = new();
        tree.Add("file", "1");
        HashRun run = await HashRun.OfAsync(new FileHasherOptions(tree.Root), OpenForReal, new CancellationToken(true));
        run.ExitCode.Should().Be(ExitCode.Canceled);
        run.Error.Should().Contain("Canceled after");
        _opened.Should().BeEmpty();
    }

    [GuardedFact]
    public async Task RunAsync_OutputFails_ClosesFilesAndPrintsTheReport()
    {
        using TemporaryTree tree = new();
        tree.AddMany(40);
        using StoppingWriter output = new(() => throw new IOException("No space left on device"));
        using StringWriter error = new();
        FileHasherOptions options = new(tree.Root) { Producers = 4, Consumers = 2, Capacity = 4 };
        int exitCode = await new FileHasher(options, new Screen(output, error)) { OpenFile = OpenForReal }
            .RunAsync(TestContext.Current.CancellationToken);
        exitCode.Should().Be(ExitCode.Failure);
        error.ToString().Should().Contain("Faulted after").And.Contain("IOException: No space left on device");
        _opened.Should().NotBeEmpty().And.OnlyContain(stream => stream.IsClosed);
    }

    private HookedStream OpenForReal(string path) => Open((_, _) => default, File.ReadAllBytes(path));

    private HookedStream Open(Func<long, CancellationToken, ValueTask> beforeRead, byte[]? content = null)
    {
        HookedStream stream = new(content ?? [], beforeRead);
        _opened.Add(stream);
        return stream;
    }

    /// <summary>Ends the run in some way at its first line.</summary>
    private sealed class StoppingWriter(Action onWrite) : StringWriter
    {
        public override void Write(string? value) => onWrite();
    }
}
