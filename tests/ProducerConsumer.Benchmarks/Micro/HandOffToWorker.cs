using BenchmarkDotNet.Attributes;

namespace ProducerConsumer.Benchmarks;

/// <summary>
/// The round trip of one item: written, handled, and the writer told. Back to back, so that threads stay awake and the
/// consumer often has not gone to wait; <c>compare idle</c> measures those that have. Against the in-box channel with the
/// reading idiom that is best at it.
/// </summary>
[MemoryDiagnoser]
public class HandOffToWorker
{
    /// <summary>Many in one call: the benchmark's own thread would otherwise block for each, and its waking is all one would see.</summary>
    private const int Items = 1_000;

    private readonly Receiver _receiver = new();
    private OpenHandOff _channel = null!;
    private OpenHandOff _pipeline = null!;

    [GlobalSetup]
    public void Open()
    {
        _channel = ChannelHandOffs.All.First().Open(1, _receiver);
        _pipeline = LibraryHandOffs.WriteAsync.Open(1, _receiver);
    }

    [GlobalCleanup]
    public async Task CloseAsync()
    {
        await _channel.CloseAsync();
        await _pipeline.CloseAsync();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Items)]
    public Task ChannelRoundTrip() => HandOverAsync(_channel);

    [Benchmark(OperationsPerInvoke = Items)]
    public Task PipelineRoundTrip() => HandOverAsync(_pipeline);

    private async Task HandOverAsync(OpenHandOff handOff)
    {
        for (int i = 0; i < Items; i++)
        {
            _receiver.Expect();
            await handOff.WriteAsync(default);
            await _receiver.HandledAsync();
        }
    }
}
