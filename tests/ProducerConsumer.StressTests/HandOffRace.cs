using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace ProducerConsumer.StressTests;

/// <summary>The four waits of a channel.</summary>
public enum Wait
{
    Read,
    WaitToRead,
    Write,
    WaitToWrite,
}

/// <summary>When the token fires: while the wait is parked, or while it is being started.</summary>
public enum Moment
{
    Parked,
    Starting,
}

/// <summary>How often a race of cancellation and hand-off ended in which way.</summary>
internal sealed record RaceTally
{
    public int Handed { get; set; }

    public int Cancelled { get; set; }

    /// <summary>In the channel, or taken out of it, and reported cancelled as well.</summary>
    public int Both { get; set; }

    /// <summary>Reported cancelled, and the item is nowhere; or reported done, and it is nowhere.</summary>
    public int Neither { get; set; }

    /// <summary>Waits that had not ended though both sides had.</summary>
    public int Waiting { get; set; }

    /// <summary>Calls of the other side that threw.</summary>
    public int Crashed { get; set; }
}

/// <summary>
/// Races the cancellation of one wait against its hand-off, round after round, and follows the one item of each round.
/// The canceller's lead adapts, so that both sides win about as often and meet as often as can be.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A token source without a timer has nothing to free.")]
internal sealed class HandOffRace(Func<Channel<int>> create, Wait wait, Moment moment, Random random)
{
    private readonly RaceTally _tally = new();
    private Channel<int> _channel = create();
    private CancellationTokenSource _source = new();
    private Func<string?> _outcome = () => null;

    /// <summary>How many spins the canceller is held back.</summary>
    private int _lead;
    private int _cancelSpins;
    private int _handSpins;
    private bool _handsFirst;
    private bool _crashed;

    public async Task<RaceTally> RunAsync(int rounds)
    {
        using Barrier start = new(2);
        using Barrier end = new(2);
        Task canceller = StressRun.OnThread(() =>
        {
            for (int round = 0; round < rounds; round++)
            {
                start.SignalAndWait();
                Thread.SpinWait(_cancelSpins);
                OtherSide(round);
                end.SignalAndWait();
            }
        });
        await StressRun.OnThread(() =>
        {
            for (int round = 0; round < rounds; round++)
            {
                Prepare(round);
                start.SignalAndWait();
                Thread.SpinWait(_handSpins);
                if (moment == Moment.Parked)
                {
                    Guard(() => HandOver(round));
                }
                else
                {
                    Guard(() => Begin(round));
                }

                end.SignalAndWait();
                Book(round);
            }
        });
        await canceller;
        return _tally;
    }

    private void Prepare(int round)
    {
        _source = new CancellationTokenSource();
        if (wait is Wait.Write or Wait.WaitToWrite)
        {
            Guard(() => _channel.Writer.TryWrite(-1));
        }

        _cancelSpins = Math.Max(_lead, 0) + random.Next(1 << random.Next(6));
        _handSpins = Math.Max(-_lead, 0) + random.Next(1 << random.Next(6));
        _handsFirst = random.Next(2) == 0;
        if (moment == Moment.Parked)
        {
            Guard(() => Begin(round));
        }
    }

    private void OtherSide(int round)
    {
        bool hands = moment == Moment.Starting;
        if (hands && _handsFirst)
        {
            Guard(() => HandOver(round));
        }

        Guard(_source.Cancel);
        if (hands && !_handsFirst)
        {
            Guard(() => HandOver(round));
        }
    }

    private void Begin(int round) => _outcome = wait switch
    {
        Wait.Read => Look(_channel.Reader.ReadAsync(_source.Token)),
        Wait.WaitToRead => Look(_channel.Reader.WaitToReadAsync(_source.Token)),
        Wait.Write => Look(_channel.Writer.WriteAsync(round, _source.Token)),
        _ => Look(_channel.Writer.WaitToWriteAsync(_source.Token)),
    };

    private void HandOver(int round)
    {
        if (wait is Wait.Read or Wait.WaitToRead)
        {
            _channel.Writer.TryWrite(round);
        }
        else
        {
            _channel.Reader.TryRead(out _);
        }
    }

    /// <summary>Both sides are done: looks where the item is and what its wait was told.</summary>
    private void Book(int round)
    {
        string? outcome = _outcome();
        int? left = null;
        int more = 0;
        Guard(() =>
        {
            left = _channel.Reader.TryRead(out int item) ? item : null;
            more = _channel.Reader.TryRead(out _) ? 1 : 0;
        });
        bool cancelled = outcome == "cancelled";
        int? expected = wait switch
        {
            Wait.Read => cancelled ? round : null,
            Wait.WaitToRead => round,
            Wait.Write => cancelled ? null : round,
            _ => null,
        };
        bool answered = cancelled || outcome == (wait == Wait.Read ? $"{round}" : wait == Wait.Write ? "done" : "True");
        _lead = Math.Clamp(_lead + (cancelled ? 1 : -1), -2_000, 2_000);
        bool sound = false;
        if (_crashed)
        {
            _tally.Crashed++;
        }
        else if (outcome is null)
        {
            _tally.Waiting++;
        }
        else if (left == expected && answered && more == 0)
        {
            sound = true;
            _ = cancelled ? _tally.Cancelled++ : _tally.Handed++;
        }
        else if (left is not null)
        {
            _tally.Both++;
        }
        else
        {
            _tally.Neither++;
        }

        if (!sound)
        {
            _channel = create();
        }

        _crashed = false;
    }

    private void Guard(Action act)
    {
        try
        {
            act();
        }
        catch (Exception)
        {
            _crashed = true;
        }
    }

    private static Func<string?> Look<TResult>(ValueTask<TResult> wait) => () =>
        !wait.IsCompleted ? null
        : wait.IsCanceled ? "cancelled"
        : wait.IsCompletedSuccessfully ? $"{wait.GetAwaiter().GetResult()}" : "failed";

    private static Func<string?> Look(ValueTask wait) => () =>
        !wait.IsCompleted ? null : wait.IsCanceled ? "cancelled" : wait.IsCompletedSuccessfully ? "done" : "failed";
}
