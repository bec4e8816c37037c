using Microsoft.Extensions.ObjectPool;
using ProducerConsumer;

namespace FileHashing;

/// <summary>
/// Hashes a tree of files: a pool of producers walks and reads, a pool of consumers hashes and prints. Whatever fails or
/// is cancelled, every file that was opened is closed when the run has ended.
/// </summary>
/// <remarks>
/// <code>
/// walk -> producers --[ opened files ]--> consumers -> hash lines
///              \____ a pipe per file ____/
/// </code>
/// Producers and consumers cannot wait for each other in a circle. A producer posts a file before it fills that file's
/// pipe, and posts the next one only after it has ended the pipe. So the file that a consumer waits for belongs to a
/// producer that waits neither for room in the channel nor, as the pipe is empty, for room in the pipe: it reads the disk.
/// Every consumer therefore comes to its end, and makes room for the producers that wait. A stop cancels the token of
/// every one of these waits, so then each ends by itself.
/// </remarks>
public sealed class FileHasher(FileHasherOptions options, Screen screen)
{
    /// <summary>Opens a file for reading.</summary>
    /// <value>The default value opens it for streaming and lets others write and delete it meanwhile.</value>
    public Func<string, Stream> OpenFile { get; init; } = DefaultOpenFile;

    /// <summary>The clock of the progress line and of the report.</summary>
    /// <value>The default value is <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Hashes the tree and prints the report.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        Tally tally = new(screen);
        if (TopDirectory.FindProblem(options.Directory) is { } problem)
        {
            tally.Fail(options.Directory, problem);
            return ExitCode.BadUsage;
        }

        PipelineReport report;
        int exitCode;
        using SharedWalk walk = new(TreeWalk.Walk(options.Directory));
        await using (PooledPipeline<OpenedFile> pipeline = CreatePipeline(walk, tally))
        await using (new Progress(screen, tally, TimeProvider))
        {
            (report, exitCode) = await RunAsync(pipeline, cancellationToken);
        }

        // Nobody hashes these any more. Their producers have left and closed the files; this gives back the buffers.
        foreach (OpenedFile file in report.UndeliveredItems<OpenedFile>())
        {
            file.EndReading();
        }

        screen.WriteError($"{tally}\n{report}");
        return exitCode == ExitCode.Success && tally.Failures > 0 ? ExitCode.Failure : exitCode;
    }

    private static async Task<(PipelineReport Report, int ExitCode)> RunAsync(
        PooledPipeline<OpenedFile> pipeline, CancellationToken cancellationToken)
    {
        try
        {
            return (await pipeline.RunAsync(cancellationToken), ExitCode.Success);
        }
        catch (OperationCanceledException)
        {
            return (pipeline.Report!, ExitCode.Canceled);
        }
        catch (PipelineException fault)
        {
            return (fault.Report, ExitCode.Failure);
        }
    }

    private static FileStream DefaultOpenFile(string path) => new(path, new FileStreamOptions
    {
        BufferSize = 0,
        Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
        Share = FileShare.ReadWrite | FileShare.Delete,
    });

    private PooledPipeline<OpenedFile> CreatePipeline(SharedWalk walk, Tally tally)
    {
        DefaultObjectPool<System.IO.Pipelines.Pipe> pipes = new(
            new PipePolicy(), options.Capacity + options.Producers + options.Consumers);
        FileReader reader = new(walk, OpenFile, pipes, tally);
        FileDigester digester = new(screen, tally);
        return PooledPipeline.CreateBuilder<OpenedFile>(
                options.Capacity, "file-hasher", pipeline => pipeline.TimeProvider = TimeProvider)
            .Produce(options.Producers, reader.ReadAsync, name: "readers")
            .Consume(digester.HashAsync, stage => stage.Name = "hashers", options.Consumers)
            .Build();
    }
}
