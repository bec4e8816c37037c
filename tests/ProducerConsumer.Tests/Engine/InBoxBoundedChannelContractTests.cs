using System.Threading.Channels;

namespace ProducerConsumer.Tests;

/// <summary>Shows that the contract is that of the channels everybody knows.</summary>
public sealed class InBoxBoundedChannelContractTests : ChannelContract
{
    protected override Channel<T> Create<T>(
        int capacity, BoundedChannelFullMode mode = BoundedChannelFullMode.Wait, Action<T>? onDropped = null) =>
        Channel.CreateBounded(new BoundedChannelOptions(capacity) { FullMode = mode }, onDropped);
}
