using System.Globalization;

namespace FileHashing;

/// <summary>Rewrites the progress line five times a second, from its creation to its disposal.</summary>
internal sealed class Progress : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly Screen _screen;
    private readonly Tally _tally;
    private readonly TimeProvider _timeProvider;
    private readonly long _start;

    /// <summary>Null when nobody would see the line.</summary>
    private readonly ITimer? _timer;

    public Progress(Screen screen, Tally tally, TimeProvider timeProvider)
    {
        _screen = screen;
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
            _screen.ShowProgress("");
        }
    }

    private void Show()
    {
        double megabytes = _tally.Bytes / 1e6;
        double speed = megabytes / _timeProvider.GetElapsedTime(_start).TotalSeconds;
        try
        {
            _screen.ShowProgress(string.Create(
                CultureInfo.InvariantCulture, $"{_tally.Files} files, {megabytes:0.0} MB, {speed:0.0} MB/s"));
        }
        catch (IOException)
        {
            // A terminal that went away; on the thread of a timer this would end the process.
        }
    }
}
