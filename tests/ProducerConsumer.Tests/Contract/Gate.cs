namespace ProducerConsumer.Tests;

/// <summary>Holds whoever passes until it is opened, and tells when a number of them have come.</summary>
internal sealed class Gate(int expected = 1)
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;

    /// <summary>Completes when the expected number has come.</summary>
    public Task Arrived => _arrived.Task;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Comes, and is not held.</summary>
    public void Arrive()
    {
        if (Interlocked.Increment(ref _count) == expected)
        {
            _arrived.TrySetResult();
        }
    }

    public Task PassAsync(CancellationToken cancellationToken = default)
    {
        Arrive();
        return _open.Task.WaitAsync(cancellationToken);
    }

    public void Open() => _open.TrySetResult();
}
