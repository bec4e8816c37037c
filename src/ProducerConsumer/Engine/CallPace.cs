namespace ProducerConsumer;

/// <summary>
/// Whether calls are so quick that one worker alone is done sooner than several that have to be kept apart. The more often
/// they turned out not to be, the longer they have to be before that is believed again. Not synchronized: belongs to one
/// worker.
/// </summary>
/// <param name="limit">
/// The longest time that such a call takes on the average of a batch, in nanoseconds of the real clock.
/// <see cref="int.MaxValue"/> for calls that are quick whatever they take.
/// </param>
internal struct CallPace(int limit)
{
    /// <summary>The fewest calls that say something of the average.</summary>
    private const int Sample = 16;

    /// <summary>The most batches in a row that have to be quick.</summary>
    private const int MostNeeded = 4096;

    /// <summary>How many times as many have to be after a disappointment, and how many times fewer after that many without.</summary>
    private const int Step = 4;

    private readonly double _limit = limit * (TimeProvider.System.TimestampFrequency / 1e9);

    /// <summary>How many batches in a row have to be quick.</summary>
    private int _needed = 1;

    /// <summary>How many have been.</summary>
    private int _inARow;

    /// <summary>Whether the calls are quick.</summary>
    public readonly bool IsQuick => _inARow >= _needed || limit == int.MaxValue;

    /// <summary>A batch has ended. It says nothing if it is small.</summary>
    /// <param name="elapsed">How long its calls took, in ticks of the real clock.</param>
    /// <param name="calls">How many there were.</param>
    public void Judge(long elapsed, int calls)
    {
        if (calls < Sample)
        {
            return;
        }

        if (elapsed > calls * _limit)
        {
            Fail();
        }
        else if (++_inARow == 2 * Step * _needed)
        {
            _needed = Math.Max(1, _needed / Step);
            _inARow = _needed;
        }
    }

    /// <summary>The calls are not quick: one was slow, or suspended.</summary>
    public void Fail()
    {
        if (_inARow >= _needed)
        {
            _needed = Math.Min(MostNeeded, _needed * Step);
        }

        _inARow = 0;
    }
}
