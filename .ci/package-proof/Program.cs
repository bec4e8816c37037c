// An application that knows nothing but the package: it runs a pipeline to its end, aborts another, and checks the books.
using ProducerConsumer;

long sum = 0;
PipelineReport report = await PooledPipeline.CreateBuilder<int>(capacity: 64)
    .Produce(Enumerable.Range(1, 10_000))
    .Produce(20, async (writer, cancellationToken) => await writer.WriteAsync(1, cancellationToken))
    .Consume(async (item, cancellationToken) =>
    {
        await Task.Yield();
        Interlocked.Add(ref sum, item);
    }, maxWorkers: 5)
    .Build()
    .RunAsync();
Console.WriteLine(report);

await using PooledPipeline<string> pushed = PooledPipeline.CreateBuilder<string>(capacity: 4)
    .Consume((item, cancellationToken) => new ValueTask(Task.Delay(Timeout.Infinite, cancellationToken)))
    .Build();
await pushed.StartAsync();
for (int i = 0; i < 4; i++)
{
    await pushed.Writer.WriteAsync($"item {i}");
}

PipelineReport aborted = await pushed.StopAsync(StopMode.Abort);
Console.WriteLine(aborted);

bool proven = sum == 50_005_020 && report.Outcome == PipelineOutcome.Completed && aborted.UndeliveredItems<string>().Count == 4;
Console.WriteLine(proven ? "The package works." : "The package does not work.");
return proven ? 0 : 1;
