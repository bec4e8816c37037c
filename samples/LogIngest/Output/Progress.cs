using System.Globalization;

namespace LogIngestion;

/// <summary>Rewrites the progress line five times a second, from its creation to its disposal. Nothing else is written meanwhile.</summary>
internal sealed class Progress : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly TextWriter _error;
    private readonly Tally _tally;
    private readonly TimeProvider _timeProvider;
    private readonly long _start;

    /// <summary>Null when nobody would see the line.</summary>
    private readonly ITimer? _timer;

    /// <summary>How many characters are shown. Calls of the timer may overlap when the terminal is slow; <see cref="_gate"/> guards it.</summary>
    private int _shown;

    private readonly Lock _gate = new();

    public Progress(Screen screen, Tally tally, TimeProvider timeProvider)
    {
        _error = screen.Error;
        _tally = tally;
        _timeProvider = timeProvider;
        _start = timeProvider.GetTimestamp();
        _timer = screen.ShowsProgress
            ? timeProvider.CreateTimer(static state => ((Progress)state!).Show(), this, Interval, Interval)
            : null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_timer is not null)
        {
            await _timer.DisposeAsync(); // Waits for a call that is under way, which would bring the line back.
            Write("");
        }
    }

    private void Show()
    {
        double speed = _tally.Read / _timeProvider.GetElapsedTime(_start).TotalSeconds;
        Write(string.Create(CultureInfo.InvariantCulture, $"{_tally}, {speed:0} lines/s"));
    }

    private void Write(string line)
    {
        lock (_gate)
        {
            try
            {
                _error.Write($"\r{line.PadRight(_shown)}{(line.Length == 0 ? "\r" : "")}");
                _shown = line.Length;
            }
            catch (IOException)
            {
                // A terminal that went away; on the thread of a timer this would end the process.
            }
        }
    }
}
