namespace ProducerConsumer;

/// <summary>
/// Gives the items of one worker back to where they came from, each when its call has returned and it is booked as
/// completed, so that nothing of the library's can reach it any more. An item that failed, or is handed back, or is listed
/// as in flight never gets here.
/// </summary>
/// <param name="run">The run of the worker.</param>
/// <param name="handle">The application's code.</param>
/// <param name="giveBack">Takes an item back. Must not throw.</param>
internal sealed class Recycler<T>(PipelineRun run, Func<T, CancellationToken, ValueTask> handle, Action<T> giveBack)
{
    /// <summary>The item of the call that is running or ended last. Written by the worker, whose calls never overlap.</summary>
    private T? _item;

    public ValueTask HandleAsync(T item, CancellationToken cancellationToken)
    {
        _item = item;
        return handle(item, cancellationToken);
    }

    /// <summary>
    /// The call has returned and its item is settled. After a close the report may have listed the item as in flight before
    /// it was: then it stays with the report. The lock inside <see cref="PipelineRun.IsClosed"/> is a full fence between
    /// the settlement and this look: a report that missed the settlement was made after a close that is seen here.
    /// </summary>
    public void GiveBack()
    {
        T item = _item!;
        _item = default;
        if (!run.IsClosed)
        {
            giveBack(item);
        }
    }
}
