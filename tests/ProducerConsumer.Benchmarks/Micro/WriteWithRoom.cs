using System.Threading.Channels;
using BenchmarkDotNet.Attributes;

namespace ProducerConsumer.Benchmarks;

/// <summary>
/// What a write costs that meets neither a full buffer nor another thread: the floor under every push. Nothing reads, so
/// the growth of the buffer is in it. Against the in-box bounded channel of the same capacity.
/// </summary>
[MemoryDiagnoser]
public class WriteWithRoom
{
    private const int Items = 100_000;

    private readonly CancellationToken _cancellationToken = new CancellationTokenSource().Token;
    private ChannelWriter<int> _channel = null!;
    private ChannelWriter<int> _pipeline = null!;

    [IterationSetup]
    public void Create()
    {
        _channel = Channel.CreateBounded<int>(Items).Writer;

        // A pipeline that has not started takes what its buffer has room for.
        _pipeline = PooledPipeline.CreateBuilder<int>(Items).Consume((_, _) => default(ValueTask)).Build().Writer;
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Items)]
    public ValueTask ChannelWriteAsync() => WriteAsync(_channel);

    [Benchmark(OperationsPerInvoke = Items)]
    public ValueTask PipelineWriteAsync() => WriteAsync(_pipeline);

    [Benchmark(OperationsPerInvoke = Items)]
    public bool ChannelTryWrite() => TryWrite(_channel);

    [Benchmark(OperationsPerInvoke = Items)]
    public bool PipelineTryWrite() => TryWrite(_pipeline);

    private async ValueTask WriteAsync(ChannelWriter<int> writer)
    {
        for (int i = 0; i < Items; i++)
        {
            await writer.WriteAsync(i, _cancellationToken);
        }
    }

    private static bool TryWrite(ChannelWriter<int> writer)
    {
        bool written = true;
        for (int i = 0; i < Items; i++)
        {
            written &= writer.TryWrite(i);
        }

        return written;
    }
}
