using System.Threading.Channels;

namespace ProducerConsumer;

/// <summary>Settings of one stage, configured by a lambda: <c>.Consume(Handle, stage =&gt; stage.Name = "save")</c>.</summary>
/// <typeparam name="T">The items that the stage takes.</typeparam>
public sealed class StageOptions<T>
{
    private readonly OptionsFreeze _freeze = new("StageOptions");
    private string _name;
    private int _maxWorkers = 1;
    private int _maxBatch = 64;
    private int? _capacity;
    private TimeSpan? _timeout;
    private bool _dedicatedThreads;

    /// <param name="name">The default name.</param>
    /// <param name="kind">What the default name was made of.</param>
    internal StageOptions(string name, string kind)
    {
        _name = name;
        Kind = kind;
        OnFailure = new FailurePolicy<T>(_freeze);
    }

    /// <summary>The name of the stage in reports and logs, and the key of <see cref="PooledPipeline{T}.Stages"/>.</summary>
    /// <value>The default value is the name of the pool, such as <c>consumers</c>.</value>
    /// <exception cref="ArgumentException">The value is <see langword="null"/>, empty or white space.</exception>
    public string Name
    {
        get => _name;
        set
        {
            Require.Name(value, nameof(Name));
            _name = _freeze.Check(value);
            Kind = null;
        }
    }

    /// <summary>The most calls of the stage's delegate that run at once: 1 or more. Workers start when there is work.</summary>
    /// <value>The default value is 1.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int MaxWorkers
    {
        get => _maxWorkers;
        set
        {
            Require.Workers(value, nameof(MaxWorkers));
            _maxWorkers = _freeze.Check(value);
        }
    }

    /// <summary>The most items that wait in front of this stage: 1 or more. Memory grows with use, not with this bound.</summary>
    /// <value>The default value is the capacity given to <see cref="PooledPipeline.CreateBuilder{T}"/>.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int? Capacity
    {
        get => _capacity;
        set
        {
            if (value is { } capacity)
            {
                Require.Capacity(capacity, nameof(Capacity));
            }

            _capacity = _freeze.Check(value);
        }
    }

    /// <summary>
    /// The most items that a worker takes at once: 1 to 1024. Workers take one at a time until their handler proves quick
    /// and does not suspend, and never more than their share of what waits. With 1, at most <see cref="Capacity"/> items
    /// are accepted and not begun, they are begun exactly in the order in which they came, and sources are not asked for
    /// more than one item ahead; it costs most of the speed with handlers that take less than a microsecond.
    /// </summary>
    /// <value>The default value is 64.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1 or more than 1024.</exception>
    public int MaxBatch
    {
        get => _maxBatch;
        set
        {
            Require.Batch(value, nameof(MaxBatch));
            _maxBatch = _freeze.Check(value);
        }
    }

    /// <summary>
    /// Whether each worker has a thread of its own, for delegates that block: the thread pool has about as many threads as
    /// processors, and adds others slowly. Threads start with the workers, when there is work, and end with the run. A
    /// delegate that awaits something goes on there as well.
    /// </summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool DedicatedThreads
    {
        get => _dedicatedThreads;
        set => _dedicatedThreads = _freeze.Check(value);
    }

    /// <summary>
    /// How long a call of the stage's delegate may take: more than zero, up to 49 days. Then its token is cancelled, and the
    /// call is waited for all the same. A cancellation is then a failure of the item with a <see cref="TimeoutException"/>;
    /// a call that returns is none. Costs about a microsecond and half a kilobyte per call.
    /// </summary>
    /// <value>The default value is <see langword="null"/>: as long as it takes.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is zero or less or more than 49 days.</exception>
    public TimeSpan? Timeout
    {
        get => _timeout;
        set
        {
            Require.Wait(value, nameof(Timeout), "to let calls take as long as they take");
            _timeout = _freeze.Check(value);
        }
    }

    /// <summary>What happens to an item whose call threw.</summary>
    /// <value>The default value stops the run.</value>
    public FailurePolicy<T> OnFailure { get; }

    /// <summary>What the name was made of; <see langword="null"/> when the application chose it.</summary>
    internal string? Kind { get; private set; }

    internal BoundedChannelFullMode FullMode { get; private set; } = BoundedChannelFullMode.Wait;

    internal Action<T>? OnDropped { get; private set; }

    /// <summary>
    /// Lets writes to a full stage drop an item instead of waiting. Every drop is counted and told to
    /// <paramref name="onDropped"/>, so that no item disappears unseen.
    /// </summary>
    /// <param name="mode">Which item goes: the oldest or the newest that waits, or the one being written.</param>
    /// <param name="onDropped">
    /// Receives each dropped item once, on the stack of the write that dropped it, outside of all locks. What it throws
    /// is recorded in <see cref="PipelineReport.Failures"/> and changes nothing else. Must not write into the same full
    /// pipeline: that write drops again, without end.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="mode"/> is <see cref="BoundedChannelFullMode.Wait"/>, the default, which drops nothing.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="onDropped"/> is <see langword="null"/>.</exception>
    public void DropWhenFull(BoundedChannelFullMode mode, Action<T> onDropped)
    {
        if (mode is not (BoundedChannelFullMode.DropOldest or BoundedChannelFullMode.DropNewest or BoundedChannelFullMode.DropWrite))
        {
            throw new ArgumentException(
                $"DropWhenFull cannot use mode {mode}: give DropOldest, DropNewest or DropWrite. To hold writers back instead, which is the default, leave the call out.",
                nameof(mode));
        }

        Require.NotNull(onDropped, nameof(onDropped), "Give a handler that receives each dropped item.");
        FullMode = _freeze.Check(mode);
        OnDropped = onDropped;
    }

    internal void Freeze() => _freeze.Freeze();

    /// <summary>Refuses settings that contradict each other.</summary>
    internal void Validate()
    {
        if (OnDropped is not null && OnFailure.Redelivers)
        {
            throw new InvalidOperationException(
                $"Stage '{Name}' drops items when it is full ({FullMode}) and redelivers those that fail, which keep their place meanwhile: new items would be dropped for old ones. Leave one of DropWhenFull and Redeliver out.");
        }
    }
}
