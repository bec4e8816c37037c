namespace ProducerConsumer;

/// <summary>The way of the results into the next buffer, outside the lock.</summary>
internal sealed partial class ResultWindow<T, TOut>
{
    private readonly Edge _edge = next.AddEdge(source);

    /// <summary>For the next <see cref="ReleaseNow()"/>; null while one has it. Exchanged without the lock.</summary>
    private ReleaseRun<TOut>? _spare;

    /// <summary>Releases what may go on.</summary>
    /// <param name="claim">The claim of the worker, whose results are held first.</param>
    /// <param name="run">Memory of the worker's own, until what this returns is complete.</param>
    /// <param name="isLast">Whether the worker comes for items next, if what this returns is complete at once: it then ends the release there.</param>
    /// <param name="canRelease">Whether there is more, and no room now: then this is to be called again when what it returns is complete.</param>
    public ValueTask<bool> ReleaseAsync(Claim<T> claim, ReleaseRun<TOut> run, bool isLast, out bool canRelease)
    {
        ValueTask<bool> delivery = new(true);
        canRelease = true;
        while (canRelease && delivery.IsCompletedSuccessfully)
        {
            // What there is room for, and without any, as much as a worker may hold back.
            if (buffer.TryBeginRelease(this, claim, run, Math.Clamp(next.Room, next.MaxLocalBatch, run.Size)))
            {
                delivery.GetAwaiter().GetResult(); // What it stands for goes back to its pool.
                delivery = Deliver(run);
                claim.HasReleased = isLast && delivery.IsCompletedSuccessfully;
                canRelease = !claim.HasReleased && buffer.EndRelease();
            }
            else
            {
                canRelease = false;
            }
        }

        return delivery;
    }

    /// <summary>As <see cref="ReleaseNow()"/>, for a worker that waits for something else: its own results first.</summary>
    public void ReleaseNow(Claim<T> claim)
    {
        if (buffer.HoldResults(claim))
        {
            ReleaseNow();
        }
    }

    public override void ReleaseNow()
    {
        bool canRelease = true;
        while (canRelease && next.Room is > 0 and int room)
        {
            ReleaseRun<TOut> run = Interlocked.Exchange(ref _spare, null) ?? new ReleaseRun<TOut>(ReleaseRun<TOut>.MinSize);
            canRelease = buffer.TryBeginRelease(this, claim: null, run, Math.Min(room, run.Size));
            bool isDone = true;
            if (canRelease)
            {
                isDone = Deliver(run).AsTask().IsCompleted;
                canRelease = buffer.EndRelease();
            }

            if (isDone)
            {
                Volatile.Write(ref _spare, run); // Else its memory is in use for as long as there is no room after all.
            }
        }

        if (canRelease)
        {
            buffer.LeaveRelease();
        }
    }

    private ValueTask<bool> Deliver(ReleaseRun<TOut> run) =>
        run.Count == 0 ? new ValueTask<bool>(true) : next.DeliverManyAsync(run.Share(), _edge);
}
