namespace ProducerConsumer.Tests;

/// <summary>Writes that wait with the token of their own producer, which they are not registered with.</summary>
public sealed class BoundedBufferStopTests : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly BoundedBuffer<int> _buffer = new(1);
    private readonly Edge _edge;

    public BoundedBufferStopTests()
    {
        _edge = _buffer.AddEdge("producer");
        _edge.Token = _source.Token;
        _buffer.TryWrite(1, _edge).Should().BeTrue();
    }

    [GuardedFact]
    public async Task CancelWrites_OneOfSeveralTokens_EndsItsWritesAndNoOthers()
    {
        using CancellationTokenSource otherSource = new();
        Edge other = _buffer.AddEdge("other producer");
        other.Token = otherSource.Token;
        Task first = _buffer.WriteAsync(2, _edge, _source.Token).AsTask();
        Task delivery = _buffer.DeliverAsync(3, other).AsTask();
        Task second = _buffer.WriteAsync(4, other, otherSource.Token).AsTask();
        Task third = _buffer.WriteManyAsync(new[] { 5, 6 }, _edge, _source.Token).AsTask();
        await _source.CancelAsync();
        _buffer.CancelWrites();

        foreach (Task cancelled in new[] { first, third })
        {
            (await Awaiting(cancelled)).CancellationToken.Should().Be(_source.Token);
        }

        (await _buffer.Reader.ReadAsync()).Should().Be(1);
        await delivery;
        (await _buffer.Reader.ReadAsync()).Should().Be(3);
        await second;
        (await _buffer.Reader.ReadAsync()).Should().Be(4);
        _buffer.TryRead(out _).Should().BeFalse();
        BoundedBufferCloseTests.ShouldBalance(_buffer).Accepted.Should().Be(3);
    }

    [GuardedFact]
    public async Task CancelWrites_SomeItemsAreIn_TellsHowMany()
    {
        Task<int> write = _buffer.WriteManyAsync(new[] { 2, 3, 4 }, _edge, _source.Token).AsTask();
        (await _buffer.Reader.ReadAsync()).Should().Be(1);
        await _source.CancelAsync();
        _buffer.CancelWrites();
        (await write).Should().Be(1);
        (await _buffer.Reader.ReadAsync()).Should().Be(2);
    }

    [GuardedFact]
    public async Task CancelWrites_AnotherTokenOfTheCaller_IsLeftToThatToken()
    {
        using CancellationTokenSource own = new();
        Task write = _buffer.WriteAsync(2, _edge, own.Token).AsTask();
        await _source.CancelAsync();
        _buffer.CancelWrites();
        write.IsCompleted.Should().BeFalse();
        await own.CancelAsync();
        (await Awaiting(write)).CancellationToken.Should().Be(own.Token);
    }

    public void Dispose() => _source.Dispose();

    private static async Task<OperationCanceledException> Awaiting(Task cancelled)
    {
        Func<Task> wait = () => cancelled;
        return (await wait.Should().ThrowAsync<OperationCanceledException>()).Which;
    }
}
