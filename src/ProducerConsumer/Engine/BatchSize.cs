namespace ProducerConsumer;

/// <summary>
/// How many items to take at once: begins with one, doubles while batches are quick, and halves when one was not. Not
/// synchronized: belongs to one worker.
/// </summary>
/// <param name="most">The largest batch.</param>
/// <param name="budget">What counts as quick, in microseconds of the real clock: a fake one says nothing of the work.</param>
internal struct BatchSize(int most, int budget)
{
    private const int Sample = 8;

    private readonly long _budget = budget * TimeProvider.System.TimestampFrequency / 1_000_000;

    /// <summary>When the batch that is to be judged began; 0 when the one at hand is not.</summary>
    private long _began;

    /// <summary>How many items the batch at hand has.</summary>
    private int _items;

    /// <summary>How many batches of the largest size have passed unjudged.</summary>
    private int _unjudged;

    /// <summary>Whether the last batch waited. The next one is not judged: it is likely to wait as well, and the clock is read in vain.</summary>
    private bool _waited;

    /// <summary>How many items to take next.</summary>
    public int Value { get; private set; } = 1;

    /// <summary>
    /// A batch begins. The clock costs as much as several items, so it is read only where there is something to learn: not
    /// for a lone item, for want of more, and for one batch in <see cref="Sample"/> once they have proved quick.
    /// </summary>
    /// <param name="items">How many items it has.</param>
    /// <param name="isJudged">Whether it is to be judged in any case, since more depends on it than the next size.</param>
    public void Begin(int items, bool isJudged = false)
    {
        _items = items;
        bool judged = most > 1 && !_waited && (isJudged || ((items > 1 || Value == 1) && (Value < most || ++_unjudged == Sample)));
        if (!judged)
        {
            _began = 0;
        }
        else if (_began == 0)
        {
            _began = TimeProvider.System.GetTimestamp();
        }
    }

    /// <summary>Whether the time runs that the next batch is judged by.</summary>
    public bool IsTiming => _began != 0;

    /// <summary>Lets the time run from here, for a batch that is to begin.</summary>
    public void Start()
    {
        _items = 0;
        _began = most > 1 && !_waited ? TimeProvider.System.GetTimestamp() : 0;
    }

    /// <summary>The batch is done, and no call in it suspended. The next one begins here.</summary>
    /// <returns>How long it took, in ticks of the real clock; 0 if it was not judged.</returns>
    public long End()
    {
        _waited = false;
        if (_began == 0 || _items == 0)
        {
            return 0;
        }

        long now = TimeProvider.System.GetTimestamp();
        long elapsed = now - _began;
        if (elapsed > _budget)
        {
            Value = Math.Max(1, Value / 2);
        }
        else if (_items >= Value)
        {
            Value = Math.Min(most, 2 * Value);
        }

        _began = now;
        _unjudged = 0;
        return elapsed;
    }

    /// <summary>The batch waited: what comes next is taken one by one.</summary>
    public void Reset()
    {
        Value = 1;
        _began = 0;
        _waited = true;
    }

    /// <summary>Time passed that says nothing of the work.</summary>
    public void Forget() => _began = 0;
}
