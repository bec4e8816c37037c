namespace ProducerConsumer;

/// <summary>One stage of a built pipeline, as an application may watch it.</summary>
public sealed class PipelineStage
{
    private readonly Stage _stage;

    internal PipelineStage(Stage stage)
    {
        _stage = stage;
        Completion = EndAsync();
    }

    /// <summary>The name of the stage.</summary>
    public string Name => _stage.Name;

    /// <summary>The most workers of this stage that run at once.</summary>
    public int MaxWorkers => _stage.Pool.MaxWorkers;

    /// <summary>The most items that wait in front of this stage; <see langword="null"/> for a producer stage.</summary>
    public int? Capacity => _stage.Capacity;

    /// <summary>
    /// Completes when the last worker of the stage has ended, at the latest when the run ends, and never with an error:
    /// faults come with <see cref="PooledPipeline{T}.Completion"/>. Do not await it inside a delegate of the same run.
    /// </summary>
    public Task Completion { get; }

    private async Task EndAsync() =>
        await Task.WhenAny(_stage.Pool.Completion, _stage.Run.Ended).ConfigureAwait(false);
}
