namespace ProducerConsumer.StressTests;

/// <summary>What happens to a flow, once, when its moment has come.</summary>
internal sealed class FlowMoment(Flow flow, CancellationTokenSource token)
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Written before the flow is started.</summary>
    public PooledPipeline<int>? Pipeline { get; set; }

    /// <summary>The moment has come. On the stack of the code that the flow runs, or of who pushes.</summary>
    public void Reach()
    {
        if (flow.IsInside)
        {
            Happen();
        }

        _reached.TrySetResult();
    }

    /// <summary>Waits for the moment, or for the end of the run, and makes it happen if nobody inside does.</summary>
    public async Task HappenAsync(Task run)
    {
        await Task.WhenAny(_reached.Task, run);
        if (!flow.IsInside)
        {
            Happen();
        }
    }

    /// <summary>Who waits for the stops is the run, so that nothing here has to be awaited.</summary>
    private void Happen()
    {
        switch (flow.Happening)
        {
            case FlowHappening.Drain:
                Pipeline!.RequestStop(StopMode.Drain);
                break;
            case FlowHappening.Abort:
                Pipeline!.RequestStop(StopMode.Abort);
                break;
            case FlowHappening.DrainThenAbort:
                Pipeline!.RequestStop(StopMode.Drain);
                Pipeline.RequestStop(StopMode.Abort);
                break;
            case FlowHappening.Dispose:
                _ = Pipeline!.DisposeAsync().AsTask();
                break;
            case FlowHappening.Token:
                token.Cancel();
                break;
        }
    }
}
