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
    /// <value>The default value is <see langword="false"/>; <see langword="true"/> for <c>ConsumeBlocking</c> and <c>TransformBlocking</c>.</value>
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

    /// <summary>Whether results go on in the order of the items.</summary>
    internal bool PreservesOrder { get; private set; }

    /// <summary>The most items that are begun and whose results have not gone on; null for the capacity.</summary>
    internal int? Window { get; private set; }

    /// <summary>Makes the lanes of one pipeline that is built, for a stage of that name; null when items have no keys.</summary>
    internal Func<string, Lanes<T>>? CreateLanes { get; private set; }

    /// <summary>
    /// How long a call takes, in nanoseconds, if one worker alone is to make it for the items of all keys: about what lanes
    /// cost for an item. 0 for none, and <see cref="int.MaxValue"/> for all.
    /// </summary>
    internal int QuickCall { get; set; } = 50;

    /// <summary>What the name was made of; <see langword="null"/> when the application chose it.</summary>
    internal string? Kind { get; private set; }

    internal BoundedChannelFullMode FullMode { get; private set; } = BoundedChannelFullMode.Wait;

    internal Action<T>? OnDropped { get; private set; }

    /// <summary>
    /// Has the results of this stage go on in the order of its items, whatever the number of workers. A slow item holds
    /// the results of those behind it back; when <paramref name="window"/> items have been begun whose results did not go
    /// on, no other is begun, so memory does not grow. An item is in flight until its results have gone on. An item that is
    /// left out, skipped or dead-lettered makes way; one that is delivered again keeps its turn. Without a word, results go
    /// on as they come.
    /// </summary>
    /// <param name="window">The most items that have been begun and whose results have not gone on: 1 or more. The default is the capacity of the stage.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="window"/> is less than 1.</exception>
    /// <remarks>
    /// The window counts items: if an item has many results, those that it emits before its turn wait in memory with it.
    /// Refused together with <see cref="PartitionBy{TKey}"/> when the pipeline is built.
    /// </remarks>
    public void PreserveOrder(int? window = null)
    {
        if (window is < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(window), window, $"window is {window}. Give how many items may be begun before the results of the oldest have gone on, 1 or more.");
        }

        _freeze.Check(nameof(PreserveOrder));
        PreservesOrder = true;
        Window = window;
    }

    /// <summary>
    /// Has the items of each key handled one after the other and in their order, by all workers of the stage. Keys do not
    /// wait for each other: a slow item holds up those of its own key and no other, as long as a worker is free and items
    /// of other keys are among those that wait in front of the stage. While calls take less than about 50 ns and
    /// several items wait, one worker handles all of them as they came; if one of those calls does not return, the others
    /// wait up to about 20 ms for another worker. A key is forgotten when it has no items here, so that memory depends on
    /// how many had some at once.
    /// </summary>
    /// <typeparam name="TKey">The keys. Equality and hash code of a key must not change.</typeparam>
    /// <param name="key">
    /// The key of an item: quick, without effects, and always the same. Called before the item is handled, seldom more than
    /// once, by one worker at a time, while the others wait. If it throws or returns <see langword="null"/>, that is a
    /// failure of the item.
    /// </param>
    /// <param name="comparer">Says which keys are the same; the default comparer if it is left out.</param>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is <see langword="null"/>.</exception>
    /// <remarks>An item that is delivered again keeps its place before the others of its key. Refused together with a drop mode when the pipeline is built.</remarks>
    public void PartitionBy<TKey>(Func<T, TKey> key, IEqualityComparer<TKey>? comparer = null)
        where TKey : notnull
    {
        Require.NotNull(key, nameof(key), "Give a quick function that returns the key of an item.");
        _freeze.Check(nameof(PartitionBy));
        CreateLanes = stage => new Lanes<T, TKey>(key, comparer, stage);
    }

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

        if (OnDropped is not null && CreateLanes is not null)
        {
            throw new InvalidOperationException(
                $"Stage '{Name}' drops items when it is full ({FullMode}) and partitions them, so that the oldest one may be in the middle of its key. Leave PartitionBy out, or drop in a stage before it.");
        }

        if (PreservesOrder && CreateLanes is not null)
        {
            throw new InvalidOperationException(
                $"Stage '{Name}' has PreserveOrder, the order of all items, and PartitionBy, the order within each key. Leave one of them out.");
        }
    }
}
