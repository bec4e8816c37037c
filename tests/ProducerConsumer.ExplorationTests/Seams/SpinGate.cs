namespace ProducerConsumer;

/// <summary>The lock of a buffer as the explorer can see it: a monitor, at each entry of which another thread may be scheduled.</summary>
internal sealed class SpinGate
{
    private readonly object _lock = new();

    /// <summary>Whether somebody is inside; for assertions. Guarded by the lock, so that only its holder can rely on it.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>Enters; dispose what it returns to leave.</summary>
    public Section Enter()
    {
        Monitor.Enter(_lock);
        IsHeld = true;
        return new Section(this);
    }

    /// <summary>The time inside a gate.</summary>
    public readonly ref struct Section(SpinGate gate)
    {
        public void Dispose()
        {
            gate.IsHeld = false;
            Monitor.Exit(gate._lock);
        }
    }
}
