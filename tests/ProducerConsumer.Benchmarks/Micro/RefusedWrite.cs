using System.Threading.Channels;
using BenchmarkDotNet.Attributes;

namespace ProducerConsumer.Benchmarks;

/// <summary>
/// What a full buffer costs those who do not wait for room: a refusal, and a wait that is cancelled. Against the in-box
/// bounded channel. The exception of the cancellation dominates its two rows; what they show is the memory.
/// </summary>
[MemoryDiagnoser]
public class RefusedWrite
{
    private ChannelWriter<int> _channel = null!;
    private ChannelWriter<int> _pipeline = null!;

    [GlobalSetup]
    public void Fill()
    {
        _channel = Channel.CreateBounded<int>(1).Writer;
        _pipeline = PooledPipeline.CreateBuilder<int>(1).Consume((_, _) => default(ValueTask)).Build().Writer;
        _channel.TryWrite(0);
        _pipeline.TryWrite(0);
    }

    [Benchmark(Baseline = true)]
    public bool ChannelTryWrite() => _channel.TryWrite(0);

    [Benchmark]
    public bool PipelineTryWrite() => _pipeline.TryWrite(0);

    [Benchmark]
    public Task<bool> ChannelCancelledWait() => CancelAsync(_channel);

    [Benchmark]
    public Task<bool> PipelineCancelledWait() => CancelAsync(_pipeline);

    private static async Task<bool> CancelAsync(ChannelWriter<int> writer)
    {
        using CancellationTokenSource cancellation = new();
        ValueTask write = writer.WriteAsync(0, cancellation.Token);
        await cancellation.CancelAsync();
        try
        {
            await write;
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }
}
