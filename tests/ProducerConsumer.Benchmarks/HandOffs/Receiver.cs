using System.Diagnostics;
using System.Threading.Tasks.Sources;

namespace ProducerConsumer.Benchmarks;

/// <summary>Where items arrive: notes the time, counts the item, and tells the writer, without allocating.</summary>
internal sealed class Receiver : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _handled = new() { RunContinuationsAsynchronously = true };

    /// <summary>Where items wait for each other instead; null while hand-offs are measured.</summary>
    private volatile Meeting? _meeting;

    /// <summary>When the item came, in ticks of <see cref="Stopwatch"/>.</summary>
    public long HandledAt { get; private set; }

    public ValueTask HandleAsync(ValueItem item, CancellationToken cancellationToken)
    {
        if (_meeting is { } meeting)
        {
            return new ValueTask(meeting.JoinAsync());
        }

        HandledAt = Stopwatch.GetTimestamp();
        Tally.Add(item.Id);
        _handled.SetResult(true);
        return default;
    }

    /// <summary>Before an item is written.</summary>
    public void Expect() => _handled.Reset();

    public ValueTask HandledAsync() => new(this, _handled.Version);

    /// <summary>Has as many handlers run at once as there are to be consumers, so that all of these exist afterwards.</summary>
    public async Task MeetAsync(int consumers, Func<ValueItem, ValueTask> writeAsync)
    {
        Meeting meeting = new(consumers);
        _meeting = meeting;
        for (int i = 0; i < consumers; i++)
        {
            await writeAsync(default);
        }

        await meeting.Held.WaitAsync(TimeSpan.FromSeconds(30));
        _meeting = null;
    }

    void IValueTaskSource.GetResult(short token) => _handled.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _handled.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _handled.OnCompleted(continuation, state, token, flags);

    private sealed class Meeting(int guests)
    {
        private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _absent = guests;

        public Task Held => _held.Task;

        public Task JoinAsync()
        {
            if (Interlocked.Decrement(ref _absent) == 0)
            {
                _held.SetResult();
            }

            return _held.Task;
        }
    }
}
