namespace ProducerConsumer.ExplorationTests;

/// <summary>The parts that scenarios of whole runs are made of.</summary>
internal static class Runs
{
    public static PipelineBuilder<int> Create(int capacity) =>
        PooledPipeline.CreateBuilder<int>(capacity, configure: options => options.TimeProvider = new StillClock());

    /// <summary>A call that does nothing but wait for its token.</summary>
    public static async Task WaitForAsync(CancellationToken token)
    {
        TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        CancellationTokenRegistration registration = token.UnsafeRegister(
            static state => ((TaskCompletionSource)state!).TrySetResult(), cancelled);
        await cancelled.Task;
        registration.Unregister();
        token.ThrowIfCancellationRequested();
    }

    /// <summary>The report of a run that a fault stops.</summary>
    public static async Task<PipelineReport> FailAsync(Task<PipelineReport> run)
    {
        try
        {
            await run;
        }
        catch (PipelineException error)
        {
            return error.Report;
        }

        throw new InvalidOperationException("The run ended without its fault.");
    }
}

/// <summary>What handlers were given, in the order of their calls.</summary>
internal sealed class Handled
{
    private readonly object _lock = new();
    private readonly List<int> _items = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _goals = [];

    public int[] Items
    {
        get
        {
            lock (_lock)
            {
                return [.. _items];
            }
        }
    }

    public ValueTask HandleAsync(int item, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _items.Add(item);
            foreach ((int count, TaskCompletionSource reached) in _goals)
            {
                if (count == _items.Count)
                {
                    reached.SetResult();
                }
            }
        }

        return default;
    }

    /// <summary>Completes when so many items were given; asked before or after.</summary>
    public Task Reaches(int count)
    {
        lock (_lock)
        {
            TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _goals.Add((count, reached));
            if (_items.Count >= count)
            {
                reached.SetResult();
            }

            return reached.Task;
        }
    }
}
