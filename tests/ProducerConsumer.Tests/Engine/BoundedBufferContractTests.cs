using System.Threading.Channels;

namespace ProducerConsumer.Tests;

public sealed class BoundedBufferContractTests : ChannelContract
{
    protected override Channel<T> Create<T>(
        int capacity, BoundedChannelFullMode mode = BoundedChannelFullMode.Wait, Action<T>? onDropped = null) =>
        new BoundedBuffer<T>(capacity, mode, onDropped);
}
