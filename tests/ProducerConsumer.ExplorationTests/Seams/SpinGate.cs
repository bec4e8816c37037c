namespace ProducerConsumer;

/// <summary>The lock of a buffer as the explorer can see it: a monitor, at each entry of which another thread may be scheduled.</summary>
/// <remarks>
/// One thread at a time runs under the explorer, and each sees at once what the others wrote. So no schedule shows what
/// a processor does that lets a read overtake an earlier write, neither around the real gate nor where a claim or a
/// batch does without it; there the fences are a matter of argument, and of the stress tests.
/// </remarks>
internal sealed class SpinGate
{
    private readonly object _lock = new();

    /// <summary>Guarded by this gate.</summary>
    public BufferState State;

    /// <summary>Whether somebody is inside; for assertions. Guarded by the lock, so that only its holder can rely on it.</summary>
    public bool IsHeld { get; private set; }

    public void Enter()
    {
        Monitor.Enter(_lock);
        IsHeld = true;
    }

    public void Exit()
    {
        IsHeld = false;
        Monitor.Exit(_lock);
    }
}
