using LogIngestion;

namespace ProducerConsumer.Samples.Tests;

/// <summary>What one run of the sample left behind.</summary>
internal sealed record IngestRun(int ExitCode, string Output, string Error)
{
    public static async Task<IngestRun> OfAsync(
        LogIngestOptions options,
        Func<string, Stream>? open = null,
        Action<int>? batchStored = null,
        CancellationToken stop = default,
        CancellationToken abort = default)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        LogIngest ingest = new(options, new Screen(output, error))
        {
            OpenFile = open ?? File.OpenRead,
            BatchStored = batchStored ?? (_ => { }),
        };
        int exitCode = await ingest.RunAsync(stop, abort);
        return new IngestRun(exitCode, output.ToString(), error.ToString());
    }

    public static async Task<IngestRun> OfArgumentsAsync(params string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int exitCode = await LogIngestCommand.RunAsync(
            args, new Screen(output, error), TestContext.Current.CancellationToken);
        return new IngestRun(exitCode, output.ToString(), error.ToString());
    }
}
