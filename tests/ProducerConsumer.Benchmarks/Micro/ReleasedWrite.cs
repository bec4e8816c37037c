using System.Threading.Channels;
using BenchmarkDotNet.Attributes;

namespace ProducerConsumer.Benchmarks;

/// <summary>
/// A write that finds the buffer full, waits, and is released: how a fast producer moves at a slow consumer's speed. The
/// consumer has one item in hand and one in the buffer; the end of its call lets the waiting one in. Against the in-box
/// channel with the same consumer; the gate that holds the consumers costs both the same.
/// </summary>
[MemoryDiagnoser]
public class ReleasedWrite
{
    /// <summary>Many in one call: the benchmark's own thread would otherwise block for each, and its waking is all one would see.</summary>
    private const int Writes = 1_000;

    private readonly CancellationToken _cancellationToken = new CancellationTokenSource().Token;
    private readonly Channel<bool> _channelGate = Channel.CreateUnbounded<bool>();
    private readonly Channel<bool> _pipelineGate = Channel.CreateUnbounded<bool>();
    private readonly Channel<int> _channel = Channel.CreateBounded<int>(1);
    private PooledPipeline<int> _pipeline = null!;
    private Task _consumer = null!;

    [GlobalSetup]
    public async Task FillAsync()
    {
        _pipeline = PooledPipeline.CreateBuilder<int>(1)
            .Consume(async (_, cancellationToken) => await _pipelineGate.Reader.ReadAsync(cancellationToken))
            .Build();
        await _pipeline.StartAsync();
        _consumer = ConsumeAsync();
        for (int i = 0; i < 2; i++)
        {
            await _channel.Writer.WriteAsync(i);
            await _pipeline.Writer.WriteAsync(i);
        }
    }

    [GlobalCleanup]
    public async Task EndAsync()
    {
        _channel.Writer.Complete();
        _channelGate.Writer.TryWrite(true);
        _channelGate.Writer.TryWrite(true);
        await _consumer;
        await _pipeline.DisposeAsync();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Writes)]
    public Task ChannelWaitAndRelease() => WaitAndReleaseAsync(_channel.Writer, _channelGate);

    [Benchmark(OperationsPerInvoke = Writes)]
    public Task PipelineWaitAndRelease() => WaitAndReleaseAsync(_pipeline.Writer, _pipelineGate);

    private async Task WaitAndReleaseAsync(ChannelWriter<int> writer, Channel<bool> gate)
    {
        for (int i = 0; i < Writes; i++)
        {
            ValueTask write = writer.WriteAsync(0, _cancellationToken);
            gate.Writer.TryWrite(true);
            await write;
        }
    }

    private async Task ConsumeAsync()
    {
        await foreach (int _ in _channel.Reader.ReadAllAsync())
        {
            await _channelGate.Reader.ReadAsync();
        }
    }
}
