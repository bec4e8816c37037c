using System.Collections.Concurrent;

namespace ProducerConsumer.StressTests;

/// <summary>
/// Opens gates on a thread of its own, in random order: whoever waits at one is really held, at a moment that nobody
/// knows and never for long, and needs no thread of the pool to be freed.
/// </summary>
internal sealed class GateKeeper(int seed)
{
    private readonly BlockingCollection<Action> _gates = [];

    public Task RunAsync() => StressRun.OnThread(Keep);

    /// <summary>Lets the keeper's thread end when the last gate is open.</summary>
    public void Leave() => _gates.CompleteAdding();

    /// <summary>Has something happen a moment later.</summary>
    public void Later(Action act) => _gates.Add(act);

    /// <summary>Suspends the caller. One that is resumed inline goes on on the keeper's own thread, and must leave it to go on.</summary>
    public Task PassAsync(bool inline, CancellationToken cancellationToken)
    {
        TaskCompletionSource gate = new(inline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
        Later(() => gate.TrySetResult());
        return cancellationToken.CanBeCanceled ? gate.Task.WaitAsync(cancellationToken) : gate.Task;
    }

    /// <summary>Blocks the caller's thread.</summary>
    public void Block()
    {
        ManualResetEventSlim gate = new(initialState: false, spinCount: 0);
        Later(gate.Set);
        gate.Wait();
    }

    private void Keep()
    {
        Random random = new(seed);
        List<Action> held = [];
        foreach (Action first in _gates.GetConsumingEnumerable())
        {
            held.Add(first);
            while (_gates.TryTake(out Action? next))
            {
                held.Add(next);
            }

            foreach (Action open in Shuffled(random, held))
            {
                open();
            }

            held.Clear();
        }
    }

    private static Action[] Shuffled(Random random, List<Action> gates)
    {
        Action[] shuffled = [.. gates];
        random.Shuffle(shuffled);
        return shuffled;
    }
}
