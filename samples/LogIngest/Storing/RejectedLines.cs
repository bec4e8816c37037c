using System.Text;

namespace LogIngestion;

/// <summary>
/// The dead letters on their way to the database. They gather to a transaction's worth; a crash that loses them loses
/// nothing, as the next run finds every line again that is not in the database.
/// </summary>
internal sealed class RejectedLines(LogDatabase database)
{
    private const int MaxWaiting = 500;

    private readonly Lock _gate = new();

    /// <summary>Not stored yet. Guarded by <see cref="_gate"/>.</summary>
    private List<RejectedLine> _waiting = [];

    public ValueTask AddAsync(LogLine line, Exception reason)
    {
        RejectedLine rejected = new(line.Offset, line.Number, reason.Message, Encoding.UTF8.GetString(line.Text.Span));
        lock (_gate)
        {
            _waiting.Add(rejected);
            if (_waiting.Count < MaxWaiting)
            {
                return default;
            }
        }

        Store();
        return default;
    }

    /// <summary>Stores those that wait.</summary>
    public void Store()
    {
        List<RejectedLine> waiting;
        lock (_gate)
        {
            waiting = _waiting;
            _waiting = [];
        }

        database.Store(waiting);
    }
}
