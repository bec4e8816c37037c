namespace ProducerConsumer;

/// <summary>
/// Marks the execution context of a worker, and with it everything that user code of that worker awaits or starts, so
/// that a run can tell a call that would wait for itself.
/// </summary>
/// <param name="Run">The run that the worker belongs to.</param>
/// <param name="IsHandler">Whether the worker takes items; a producer may wait for room, a handler must not.</param>
internal sealed record RunMark(PipelineRun Run, bool IsHandler)
{
    private static readonly AsyncLocal<RunMark?> Ambient = new();

    public static RunMark? Current
    {
        get => Ambient.Value;
        set => Ambient.Value = value;
    }
}
