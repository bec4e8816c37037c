using Microsoft.Data.Sqlite;
using ProducerConsumer;

namespace LogIngestion;

/// <summary>
/// Reads a web server's access log into a database. However a run ends, also by a crash, another one completes it, and
/// nothing is in the database twice.
/// </summary>
/// <remarks>
/// <code>
/// reader --[ lines ]--> parsers --[ requests ]--> batcher --[ batches ]--> store: a transaction each
///                          \______ malformed lines ______________________> store: a transaction for many
/// </code>
/// Parsers overtake each other, so what is stored after half a run need not be the first half of the log. The key of a
/// line is therefore where it begins in the log, and the next run leaves out exactly the lines whose keys are there.
/// </remarks>
public sealed class LogIngest(LogIngestOptions options, Screen screen)
{
    /// <summary>Opens the log for reading; the stream can seek.</summary>
    /// <value>The default value lets others write to it and rename it meanwhile.</value>
    public Func<string, Stream> OpenFile { get; init; } = DefaultOpenFile;

    /// <summary>Called whenever a batch is stored, with the number of its requests.</summary>
    /// <value>The default value does nothing.</value>
    public Action<int> BatchStored { get; init; } = static _ => { };

    /// <summary>The clock of the progress line and of the pipeline.</summary>
    /// <value>The default value is <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Reads the log, and prints what is in the database and the report.</summary>
    /// <param name="stop">Ends the reading; what was read is still stored.</param>
    /// <param name="abort">Ends the run at once; the transaction that is under way is finished.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public async Task<int> RunAsync(CancellationToken stop = default, CancellationToken abort = default)
    {
        LogFile log;
        try
        {
            log = await LogFile.OpenAsync(options.File, OpenFile);
        }
        catch (Exception error) when (Reason.IsOfFile(error))
        {
            return Fail(options.File, error, ExitCode.BadUsage);
        }

        await using (log)
        {
            LogDatabase database;
            try
            {
                database = LogDatabase.Open(options.Database, options.File, log.Beginning);
            }
            catch (Exception error) when (Reason.IsOfFile(error))
            {
                return Fail(options.Database, error, ExitCode.BadUsage);
            }

            using (database)
            {
                return await RunAsync(log, database, stop, abort);
            }
        }
    }

    private static FileStream DefaultOpenFile(string path) => new(path, new FileStreamOptions
    {
        BufferSize = 64 * 1024,
        Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
        Share = FileShare.ReadWrite | FileShare.Delete,
    });

    private static async Task<(PipelineReport Report, int ExitCode)> RunAsync(
        PooledPipeline<LogLine> pipeline, CancellationToken stop, CancellationToken abort)
    {
        try
        {
            Task<PipelineReport> run = pipeline.RunAsync(abort);
            using CancellationTokenRegistration drain = stop.Register(() => pipeline.RequestStop(StopMode.Drain));
            PipelineReport report = await run;
            return (report, report.Outcome == PipelineOutcome.Completed ? ExitCode.Success : ExitCode.Canceled);
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

    private async Task<int> RunAsync(LogFile log, LogDatabase database, CancellationToken stop, CancellationToken abort)
    {
        PipelineReport report;
        int exitCode;
        Tally tally = new();
        RejectedLines rejected = new(database);
        await using (PooledPipeline<LogLine> pipeline = CreatePipeline(log, database, rejected, tally))
        await using (new Progress(screen, tally, TimeProvider))
        {
            (report, exitCode) = await RunAsync(pipeline, stop, abort);
        }

        if (log.Problem is { } problem)
        {
            exitCode = Fail(options.File, problem, ExitCode.Failure);
        }

        // A parser fails when a malformed line could not be stored.
        if (exitCode == ExitCode.Success && report.Stages.Any(stage => stage.Failed > 0))
        {
            exitCode = ExitCode.Failure;
        }

        screen.Error.WriteLine($"{tally}\n{report}");
        Totals totals;
        try
        {
            totals = Finish(database, rejected);
        }
        catch (Exception error) when (Reason.IsOfFile(error))
        {
            return Fail(error is SqliteException ? options.Database : options.Rejected, error, ExitCode.Failure);
        }

        screen.Output.WriteLine($"{options.File}: {totals}");
        return exitCode;
    }

    /// <summary>Writes what is known only at the end.</summary>
    private Totals Finish(LogDatabase database, RejectedLines rejected)
    {
        rejected.Store();
        RejectedFile.Write(options.Rejected, database.ReadRejected());
        return database.ReadTotals();
    }

    private int Fail(string path, Exception error, int exitCode)
    {
        screen.Error.WriteLine($"LogIngest: {path}: {Reason.Of(error)}");
        return exitCode;
    }

    private PooledPipeline<LogLine> CreatePipeline(LogFile log, LogDatabase database, RejectedLines rejected, Tally tally) =>
        PooledPipeline.CreateBuilder<LogLine>(
                capacity: 1_000, "log-ingest", pipeline => pipeline.TimeProvider = TimeProvider)
            .Produce(NewLines.Of(log.ReadLinesAsync(), database.ReadOffsets(), tally), name: "reader")
            .Select(LineParser.Parse, stage =>
            {
                stage.Name = "parsers";
                stage.MaxWorkers = options.Parsers;
                stage.OnFailure.DeadLetter((line, failure, _) => rejected.AddAsync(line, failure.Exception));
            })
            .Batch(options.BatchSize, maxWait: TimeSpan.FromSeconds(1), stage =>
            {
                stage.Name = "batcher";
                stage.Capacity = 2 * options.BatchSize;
            })
            .Consume((requests, _) => StoreAsync(requests, database, tally), stage =>
            {
                stage.Name = "store"; // One worker, as SQLite has one writer.
                stage.Capacity = 2; // Of batches.
                stage.DedicatedThreads = true; // SQLite blocks.
            })
            .Build();

    private ValueTask StoreAsync(IReadOnlyList<Request> requests, LogDatabase database, Tally tally)
    {
        database.Store(requests);
        tally.AddStored(requests.Count);
        BatchStored(requests.Count);
        return default;
    }
}
