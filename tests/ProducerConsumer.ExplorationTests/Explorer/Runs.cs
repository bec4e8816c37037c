namespace ProducerConsumer.ExplorationTests;

/// <summary>The parts that scenarios of whole runs are made of.</summary>
internal static class Runs
{
    public static PipelineBuilder<int> Create(int capacity, TimeProvider? clock = null) =>
        PooledPipeline.CreateBuilder<int>(capacity, configure: options => options.TimeProvider = clock ?? new StillClock());

    /// <summary>Has a row of numbers wait in a pipeline that has not started.</summary>
    public static void Fill(this PooledPipeline<int> pipeline, int count)
    {
        for (int item = 1; item <= count; item++)
        {
            pipeline.Writer.TryWrite(item).Should().BeTrue();
        }
    }

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
        Add(item);
        return default;
    }

    public void Add(int item)
    {
        TaskCompletionSource[] reached;
        lock (_lock)
        {
            _items.Add(item);
            reached = [.. _goals.Where(goal => goal.Count == _items.Count).Select(goal => goal.Reached)];
        }

        Array.ForEach(reached, static goal => goal.SetResult());
    }

    /// <summary>Completes when so many items were given; asked before or after.</summary>
    public Task Reaches(int count)
    {
        lock (_lock)
        {
            TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_items.Count >= count)
            {
                reached.SetResult();
            }
            else
            {
                _goals.Add((count, reached));
            }

            return reached.Task;
        }
    }
}
