namespace ProducerConsumer.Samples.Tests;

/// <summary>A file whose reads a test can hold up or let fail, given how far the reading is.</summary>
internal sealed class HookedStream(byte[] content, Func<long, CancellationToken, ValueTask> beforeRead) : MemoryStream(content)
{
    public bool IsClosed => !CanRead;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await beforeRead(Position, cancellationToken);
        return await base.ReadAsync(buffer, cancellationToken);
    }
}
