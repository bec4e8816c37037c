using System.Threading.Channels;
using BenchmarkDotNet.Attributes;

namespace ProducerConsumer.Benchmarks;

/// <summary>
/// What a run costs before its first item: build, start and end with one item, which is too short for any batch to pay.
/// Against the least that does the same by hand: a channel, a producer task and a consumer task.
/// </summary>
[MemoryDiagnoser]
public class EmptyRun
{
    /// <summary>Many in one call: the benchmark's own thread would otherwise block for each, and its waking is all one would see.</summary>
    private const int Runs = 100;

    [Params(64)]
    public int Capacity { get; set; }

    [Benchmark(Baseline = true, OperationsPerInvoke = Runs)]
    public Task ChannelWithTwoTasks() => RepeatAsync(RunChannelAsync);

    [Benchmark(OperationsPerInvoke = Runs)]
    public Task Pipeline() => RepeatAsync(RunPipelineAsync);

    private static async Task RepeatAsync(Func<Task> runAsync)
    {
        for (int i = 0; i < Runs; i++)
        {
            await runAsync();
        }
    }

    private async Task RunChannelAsync()
    {
        Channel<int> channel = Channel.CreateBounded<int>(Capacity);
        Task consumer = Task.Run(async () =>
        {
            await foreach (int _ in channel.Reader.ReadAllAsync())
            {
                // The item is all there is to it.
            }
        });
        await Task.Run(async () => await channel.Writer.WriteAsync(0));
        channel.Writer.Complete();
        await consumer;
    }

    private Task<PipelineReport> RunPipelineAsync() => PooledPipeline.CreateBuilder<int>(Capacity)
        .Produce(1, (writer, cancellationToken) => writer.WriteAsync(0, cancellationToken))
        .Consume((_, _) => default(ValueTask))
        .Build()
        .RunAsync();
}
