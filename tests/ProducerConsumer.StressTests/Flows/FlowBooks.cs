using System.Collections.Concurrent;

namespace ProducerConsumer.StressTests;

/// <summary>What the sources and the code of the stages of one flow saw.</summary>
internal sealed class FlowBooks
{
    private readonly ConcurrentQueue<int>[] _accepted;
    private readonly FlowCalls[] _calls;
    private readonly ConcurrentQueue<(int Item, ItemOutcome Outcome)> _told = [];
    private readonly ConcurrentQueue<int> _tracked = [];
    private readonly TaskCompletionSource _allTold = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Producers that still write, and items whose fate was not told.</summary>
    private int _untold;

    private int _openSequences;

    public FlowBooks(Flow flow)
    {
        _accepted = [.. Enumerable.Range(0, flow.Producers).Select(_ => new ConcurrentQueue<int>())];
        _calls = [.. flow.Steps.Select(step => new FlowCalls(step))];
        _untold = flow.Producers;
    }

    /// <summary>What each producer brought in, in its order.</summary>
    public IReadOnlyList<IReadOnlyCollection<int>> Accepted => _accepted;

    /// <summary>The accepted items of which somebody is to be told.</summary>
    public IReadOnlyCollection<int> Tracked => _tracked;

    public IReadOnlyCollection<(int Item, ItemOutcome Outcome)> Told => _told;

    /// <summary>Completes when all has been written and all that was accepted has been told.</summary>
    public Task AllTold => _allTold.Task;

    /// <summary>What a source threw; null when none did.</summary>
    public Exception? SourceFault { get; private set; }

    /// <summary>Sequences that were begun and not disposed.</summary>
    public int OpenSequences => Volatile.Read(ref _openSequences);

    public FlowCalls CallsOf(int position) => _calls[position];

    public void Accept(int producer, int item) => _accepted[producer].Enqueue(item);

    public void Track(int item) => _tracked.Enqueue(item);

    public void ExpectTelling() => Interlocked.Increment(ref _untold);

    public void EndTelling()
    {
        if (Interlocked.Decrement(ref _untold) == 0)
        {
            _allTold.TrySetResult();
        }
    }

    public void Tell(int item, ItemOutcome outcome)
    {
        _told.Enqueue((item, outcome));
        EndTelling();
    }

    public void FailSource(Exception fault) => SourceFault = fault;

    public void ForgetSourceFault() => SourceFault = null;

    /// <summary>Where a flow stands that does not end.</summary>
    public string Describe() =>
        $"{Volatile.Read(ref _untold)} untold, calls: {string.Join(", ", _calls.Select(calls => calls.Describe()))}";

    public void OpenSequence() => Interlocked.Increment(ref _openSequences);

    public void CloseSequence(FlowCall call)
    {
        call.Leave();
        Interlocked.Decrement(ref _openSequences);
    }
}
