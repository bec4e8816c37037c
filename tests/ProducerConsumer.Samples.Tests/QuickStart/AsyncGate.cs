namespace ProducerConsumer.Samples.Tests;

/// <summary>Lets a test wait for a condition over things that change on other threads, without polling.</summary>
internal sealed class AsyncGate
{
    /// <summary>Completed by the next change, and replaced then.</summary>
    private TaskCompletionSource _change = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Says that something changed; after the change, and outside of locks.</summary>
    public void Signal() =>
        Interlocked.Exchange(ref _change, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    /// <summary>Waits until the condition holds. Fails when <paramref name="program"/> ends before: nothing will change then.</summary>
    public async Task WaitAsync(Func<bool> condition, Task program)
    {
        while (true)
        {
            // Read before the condition is looked at, so that a change in between ends the wait.
            Task change = Volatile.Read(ref _change).Task;
            bool ended = program.IsCompleted;
            if (condition())
            {
                return;
            }

            if (ended)
            {
                await program;
                throw new InvalidOperationException("The program has ended, and what the test waits for has not come.");
            }

            await Task.WhenAny(change, program).WaitAsync(TestContext.Current.CancellationToken);
        }
    }
}
