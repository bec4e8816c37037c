namespace ProducerConsumer;

/// <summary>N identical workers and the work they share.</summary>
internal abstract class Stage
{
    protected Stage(PipelineRun run, string name, int maxWorkers, bool isHandler, WorkerTokens tokens)
    {
        Run = run;
        Name = name;
        Mark = new RunMark(run, isHandler);
        Tokens = tokens;
        Pool = new WorkerPool(maxWorkers, CreateWorker);
    }

    public PipelineRun Run { get; }

    public string Name { get; }

    /// <summary>The mark in the execution context of every worker of this stage.</summary>
    public RunMark Mark { get; }

    /// <summary>The execution context of every worker: the mark and nothing else. Null until the first worker made it.</summary>
    public ExecutionContext? Context { get; set; }

    /// <summary>Where the workers of this stage get their tokens.</summary>
    public WorkerTokens Tokens { get; }

    public WorkerPool Pool { get; }

    /// <summary>Whatever brings items here, each complete when no more will come.</summary>
    private readonly List<Task> _before = [];

    /// <summary>Whether each worker has a thread of its own, and not one of the thread pool when it needs it.</summary>
    public bool HasDedicatedThreads { get; init; }

    /// <summary>The most items that wait in front of this stage; null for a source.</summary>
    public virtual int? Capacity => null;

    /// <summary>The type of the items that this stage takes; null for a source.</summary>
    public virtual Type? ItemType => null;

    /// <summary>Whether every item accepted so far is settled.</summary>
    public virtual bool IsIdle => true;

    /// <summary>Makes this stage the next after another: its input completes after the last of those.</summary>
    /// <param name="completion">Completes, never with an error, when no more items come from there. Before the start.</param>
    public void ComesAfter(Task completion) => _before.Add(completion);

    /// <summary>Completes the input when nothing comes any more; completes itself when the last worker has ended.</summary>
    public async Task EndAsync()
    {
        foreach (Task completion in _before)
        {
            await completion.ConfigureAwait(false);
        }

        CompleteInput();
        await Pool.Completion.ConfigureAwait(false);
        await SettledAsync().ConfigureAwait(false);
    }

    /// <summary>Waits, after the last worker has ended, for what is still to be done for the items.</summary>
    protected virtual Task SettledAsync() => Task.CompletedTask;

    /// <summary>Lets the workers start.</summary>
    public abstract void Start();

    /// <summary>No more items come; those that are here are still worked on.</summary>
    protected virtual void CompleteInput()
    {
    }

    /// <summary>The producers' tokens are cancelled: ends their waits for room.</summary>
    public virtual void CancelWrites()
    {
    }

    /// <summary>Ends the work at once; what is left of it is handed back in the books.</summary>
    public abstract void Close(Exception? error);

    /// <summary>A consistent copy of the books.</summary>
    public abstract StageBooks ReadBooks();

    protected abstract Worker CreateWorker();
}
