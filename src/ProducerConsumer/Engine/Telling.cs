namespace ProducerConsumer;

/// <summary>
/// Tells the outcome of items in a work item of its own: it is code of the application's, and neither a stop nor whoever
/// settles the items waits for it. The run does.
/// </summary>
internal sealed class Telling(List<(ItemContext Context, ItemOutcome Outcome)> settled) : IThreadPoolWorkItem
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes, never with an error, when all were told.</summary>
    public Task Completion => _completion.Task;

    public void Begin() => Background.Start(this, local: false);

    public void Execute()
    {
        settled.ForEach(static item => item.Context.Settle(item.Outcome));
        _completion.SetResult();
    }
}
