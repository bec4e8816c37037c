namespace ProducerConsumer;

/// <summary>
/// One wait on a buffer, as a node of the buffer's doubly linked waiter lists, so that a cancelled wait is unlinked in
/// O(1).
/// </summary>
/// <remarks>
/// A waiter is settled exactly once, under the lock of its buffer, by whoever takes it out of its list: that makes a
/// cancelled wait and a hand-off exclude each other. It is published after the lock was released, because publishing
/// runs foreign code.
/// </remarks>
internal abstract class Waiter(IWaiterHost host)
{
    /// <summary>The buffer that settles this wait.</summary>
    protected IWaiterHost Host { get; } = host;

    /// <summary>The registration with the caller's token; written before the waiter is linked, hence visible to whoever unlinks it.</summary>
    private CancellationTokenRegistration _registration;

    /// <summary>The list that holds this waiter; null before it is parked and after it was taken out. Guarded by the buffer's lock.</summary>
    public WaiterList? List { get; set; }

    /// <summary>The neighbour that came earlier; null at the head. Guarded by the buffer's lock.</summary>
    public Waiter? Previous { get; set; }

    /// <summary>The neighbour that came later, in the waiter list or, once settled, in the list of waiters to publish.</summary>
    public Waiter? Next { get; set; }

    /// <summary>Whether the result is decided. Guarded by the buffer's lock.</summary>
    public bool IsSettled { get; protected set; }

    /// <summary>
    /// Whether no callback of a token can come to this waiter any more, so that it can serve another wait. Written before
    /// the wait is published.
    /// </summary>
    protected bool IsUnwatched { get; private set; }

    /// <summary>
    /// Watches <paramref name="cancellationToken"/>. Called before the waiter is parked and outside the lock: a token
    /// that is already cancelled runs its callback right here.
    /// </summary>
    public void Watch(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            _registration = cancellationToken.UnsafeRegister(
                static (state, token) => ((Waiter)state!).Cancel(token), this);
        }
    }

    /// <summary>Decides that the wait fails. Under the lock.</summary>
    public abstract void Fail_NeedsLock(Exception error);

    /// <summary>Completes the caller's task with what was decided. Outside the lock.</summary>
    public abstract void Publish();

    /// <summary>Ends the watch on the caller's token, without waiting for a callback that is running. Outside the lock.</summary>
    public void Unwatch()
    {
        IsUnwatched = _registration == default || _registration.Unregister();
        _registration = default;
    }

    /// <summary>Makes the waiter ready for another wait.</summary>
    protected void Renew()
    {
        IsSettled = false;
        IsUnwatched = false;
    }

    private void Cancel(CancellationToken token)
    {
        if (Host.TryCancel(this, token))
        {
            Publish();
        }
    }
}

/// <summary>What a waiter needs of the buffer it waits on.</summary>
internal interface IWaiterHost
{
    /// <summary>Takes the waiter out and settles it as cancelled; false when it was settled before.</summary>
    bool TryCancel(Waiter waiter, CancellationToken token);

    /// <summary>Records an exception that code of the caller's threw while a wait was completed.</summary>
    void RecordForeignFault(Exception error);
}
