namespace ProducerConsumer;

/// <summary>
/// Whether calls are so quick that one worker alone is done sooner than several that have to be kept apart. The more often
/// they turned out not to be, the longer they have to be before that is believed again. Not synchronized.
/// </summary>
/// <param name="limit">
/// The longest time that such a call takes on the average of a batch, in nanoseconds of the real clock. 0 if none is quick,
/// and <see cref="int.MaxValue"/> if all are.
/// </param>
internal struct CallPace(int limit)
{
    /// <summary>The fewest calls whose average says something.</summary>
    private const int Sample = 16;

    /// <summary>How many times as many batches in a row have to be quick after a disappointment.</summary>
    private const int Step = 4;

    /// <summary>How many times as many are needed for that to be taken back.</summary>
    private const int Redemption = 64;

    /// <summary>The most batches in a row that have to be quick.</summary>
    private const int MostNeeded = 4096;

    /// <summary>What a slow batch counts, when a quick one makes up for 1.</summary>
    private const int SlowStrikes = 2;

    /// <summary>When they are too many: two slow batches in a row, or three of five.</summary>
    private const int MostStrikes = 4;

    /// <summary>What keeps others waiting for too long even if it is seldom, in microseconds.</summary>
    private const int Stall = 200;

    private readonly double _limit = limit * (TimeProvider.System.TimestampFrequency / 1e9);

    private readonly double _stall = Stall * (TimeProvider.System.TimestampFrequency / 1e6);

    /// <summary>How many batches in a row have to be quick.</summary>
    private int _needed = 1;

    /// <summary>How many have been.</summary>
    private int _inARow;

    /// <summary>Counts slow batches, less what quick ones make up for. One alone may have been interrupted.</summary>
    private int _strikes;

    /// <summary>Whether the calls are quick.</summary>
    public readonly bool IsQuick => _inARow >= _needed || limit == int.MaxValue;

    /// <summary>A batch has ended. A small one shows only that calls are not quick.</summary>
    /// <param name="elapsed">How long its calls took, in ticks of the real clock; 0 if that is not known.</param>
    /// <param name="calls">How many there were.</param>
    public void Judge(long elapsed, int calls)
    {
        if (elapsed == 0)
        {
            return;
        }

        if (elapsed > Math.Max(calls, Sample) * _limit)
        {
            _strikes += SlowStrikes;
            if (_strikes >= MostStrikes || elapsed > _stall)
            {
                Fail();
            }
        }
        else if (calls >= Sample)
        {
            _strikes = Math.Max(0, _strikes - 1);
            if (++_inARow == Redemption * _needed)
            {
                _needed = Math.Max(1, _needed / Step);
                _inARow = _needed;
            }
        }
    }

    /// <summary>The calls are not quick: one was slow, or suspended.</summary>
    public void Fail()
    {
        if (_inARow >= _needed)
        {
            _needed = Math.Min(MostNeeded, _needed * Step);
            _inARow = 0;
        }

        _inARow /= 2; // It has far to go, and would begin anew each time a thread is interrupted.
        _strikes = 0;
    }
}
