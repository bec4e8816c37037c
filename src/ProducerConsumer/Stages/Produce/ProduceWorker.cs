using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace ProducerConsumer;

/// <summary>Takes turns of a source; what a turn does is the kind of producer.</summary>
internal abstract class ProduceWorker<T>(SourceStage stage, BoundedBuffer<T> buffer) : Worker(stage)
{
    protected SourceStage Stage { get; } = stage;

    /// <summary>Where the items go.</summary>
    protected BoundedBuffer<T> Buffer { get; } = buffer;

    /// <summary>The way of this worker's items.</summary>
    protected Edge Edge { get; } = buffer.AddEdge(stage.Name);

    /// <summary>The task is owned by the pool, which counts this worker until its end.</summary>
    protected sealed override void Run() => _ = TakeTurnsAsync();

    /// <summary>One turn, to its end. Tells whether user code suspended the worker.</summary>
    protected abstract ValueTask<bool> ProduceAsync(CancellationToken cancellationToken);

    /// <summary>All turns are over: what the worker still holds goes its way.</summary>
    protected virtual ValueTask FinishAsync() => default;

    /// <summary>
    /// Awaited between two pieces of work: lets others have the thread when this worker kept it too long. A worker that
    /// user code suspended is on the stack of whoever resumed it, and leaves that: what comes next must not run inside
    /// somebody's <c>SetResult</c>, which may have more to do.
    /// </summary>
    /// <remarks>A worker with a thread of its own stays there: its user code blocks and never suspends it.</remarks>
    /// <param name="suspended">Whether user code suspended the worker. The buffer's own waits do not count: they resume on the pool.</param>
    protected RestAwaitable Rest(bool suspended) =>
        suspended && OwnThread is null ? new RestAwaitable(this, isDue: true, local: true) : new RestAwaitable(this, isDue: IsStreakOver, local: false);

    private async Task TakeTurnsAsync()
    {
        try
        {
            while (Stage.TryTakeTurn(this))
            {
                bool suspended = false;
                Exception? error = null;
                try
                {
                    ValueTask<bool> turn = ProduceAsync(Token);
                    suspended = !turn.IsCompleted; // If it throws, there is no telling who suspended it.
                    suspended = await turn.ConfigureAwait(false);
                }
                catch (Exception thrown)
                {
                    error = thrown;
                }

                RestoreContext();
                Settlement.JudgeTurn(Stage, error);
                await Rest(suspended);
            }

            await FinishAsync().ConfigureAwait(false);
            Stage.Leave();
            End();
        }
        catch (Exception bug)
        {
            Fail(bug); // Every user call has a catch of its own.
        }
    }

    /// <summary>
    /// Runs a loop over a source and disposes the source; neither hides what the other throws. True: disposing may have
    /// suspended the worker.
    /// </summary>
    protected static async ValueTask<bool> RunAndDisposeAsync(Func<ValueTask> loop, Func<ValueTask> dispose)
    {
        Exception? error = null;
        try
        {
            await loop().ConfigureAwait(false);
        }
        catch (Exception thrown)
        {
            error = thrown;
        }

        try
        {
            await dispose().ConfigureAwait(false);
        }
        catch (Exception thrown)
        {
            // A dispose that only says that it was cancelled has nothing to add.
            error = error is null ? thrown : thrown is OperationCanceledException ? error : new AggregateException(error, thrown);
        }

        if (error is not null)
        {
            ExceptionDispatchInfo.Throw(error);
        }

        return true;
    }

    /// <summary>
    /// Goes on from the thread pool, or at once when no rest is due. Awaited by the loop itself and not wrapped in a task:
    /// one that completes before the loop looks at it would leave the loop where it is.
    /// </summary>
    protected readonly struct RestAwaitable(ProduceWorker<T> worker, bool isDue, bool local) : ICriticalNotifyCompletion
    {
        public bool IsCompleted => !isDue;

        public RestAwaitable GetAwaiter() => this;

        public void GetResult()
        {
            if (isDue)
            {
                worker.EndStreak();
            }
        }

        public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

        public void UnsafeOnCompleted(Action continuation) => Background.Requeue(continuation, local);
    }
}
