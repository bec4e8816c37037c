using static System.FormattableString;

namespace ProducerConsumer.Samples;

/// <summary>
/// The classic program: 20 producers, 5 consumers, and items that are numbers of seconds. A producer sleeps that long
/// before it writes the item, the consumer that takes it sleeps as long before it prints it.
/// </summary>
public static class QuickStart
{
    /// <summary>The exit code of a program that Ctrl+C ended: 128 and the number of the signal.</summary>
    public const int Interrupted = 130;

    /// <summary>Runs the program to its end and returns its exit code: 0, or <see cref="Interrupted"/>.</summary>
    /// <param name="maxSeconds">The items are random numbers from 0 up to this.</param>
    /// <param name="output">Receives the items, the closing lines and the report. Need not be thread-safe.</param>
    /// <param name="timeProvider">The clock that the producers and consumers sleep on.</param>
    /// <param name="random">Makes the items. Need not be thread-safe.</param>
    /// <param name="cancellationToken">Ends the program early; the report then says what was not finished.</param>
    public static async Task<int> RunAsync(
        double maxSeconds, TextWriter output, TimeProvider timeProvider, Random random, CancellationToken cancellationToken)
    {
        Lock drawing = new();
        output = TextWriter.Synchronized(output);

        #region recipe
        await using PooledPipeline<double> pipeline = PooledPipeline
            .CreateBuilder<double>(capacity: 64, configure: options => options.TimeProvider = timeProvider)
            .Produce(count: 20, async (writer, cancellationToken) =>
            {
                double seconds = RandomSeconds();
                await Task.Delay(TimeSpan.FromSeconds(seconds), timeProvider, cancellationToken);
                await writer.WriteAsync(seconds, cancellationToken);
            })
            .Consume(async (seconds, cancellationToken) =>
            {
                await Task.Delay(TimeSpan.FromSeconds(seconds), timeProvider, cancellationToken);
                output.WriteLine(Invariant($"Consumer got: {seconds}"));
            }, maxWorkers: 5)
            .Build();
        Task<PipelineReport> run = pipeline.RunAsync(cancellationToken);
        #endregion

        await pipeline.Stages["producers"].Completion;
        output.WriteLine(">producer_manager done.");
        await pipeline.Stages["consumers"].Completion;
        output.WriteLine(">consumer_manager done.");

        int exitCode = 0;
        try
        {
            await run;
        }
        catch (OperationCanceledException)
        {
            exitCode = Interrupted;
        }

        output.WriteLine(">main done.");
        output.WriteLine(pipeline.Report);
        return exitCode;

        double RandomSeconds()
        {
            lock (drawing)
            {
                return random.NextDouble() * maxSeconds;
            }
        }
    }
}
