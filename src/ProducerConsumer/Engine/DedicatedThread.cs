using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>A thread of one worker's own, which waits when the worker has nothing to do. It ends with the worker.</summary>
/// <param name="name">The name of the thread, for debuggers.</param>
/// <param name="run">What to do, each time it is asked for.</param>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore without a wait handle has nothing to free.")]
internal sealed class DedicatedThread(string name, Action run)
{
    private readonly SemaphoreSlim _due = new(0);

    /// <summary>Ends a wait of the thread; made for the first one.</summary>
    private Action? _resume;

    /// <summary>Whether the last step was done. For the thread itself.</summary>
    private bool _ended;

    /// <summary>Starts the thread, which then waits. It sees nothing of the caller's execution context.</summary>
    public void Start() => Background.StartThread(name, Loop);

    /// <summary>Has the thread do its work once more. From any thread.</summary>
    public void Run() => _due.Release();

    /// <summary>
    /// Waits in the middle of the work, for something that does not fail. By the thread itself, when nobody else can ask
    /// for a run. What ends the wait comes over the thread pool.
    /// </summary>
    public TResult Await<TResult>(ValueTask<TResult> task)
    {
        ConfiguredValueTaskAwaitable<TResult>.ConfiguredValueTaskAwaiter awaiter = task.ConfigureAwait(false).GetAwaiter();
        if (!awaiter.IsCompleted)
        {
            awaiter.UnsafeOnCompleted(_resume ??= Run);
            _due.Wait();
        }

        return awaiter.GetResult();
    }

    /// <summary>The work that is being done is the last. By the thread itself.</summary>
    public void End() => _ended = true;

    private void Loop()
    {
        while (!_ended)
        {
            _due.Wait();
            run();
        }
    }
}
