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
    [Params(64)]
    public int Capacity { get; set; }

    [Benchmark(Baseline = true)]
    public async Task ChannelWithTwoTasks()
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

    [Benchmark]
    public Task<PipelineReport> Pipeline() => PooledPipeline.CreateBuilder<int>(Capacity)
        .Produce(1, (writer, cancellationToken) => writer.WriteAsync(0, cancellationToken))
        .Consume((_, _) => default(ValueTask))
        .Build()
        .RunAsync();
}
