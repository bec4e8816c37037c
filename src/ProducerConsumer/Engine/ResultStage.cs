namespace ProducerConsumer;

/// <summary>
/// The last stage of a pipeline whose results are read: a buffer without workers. It ends when its buffer has, because all
/// was read or the run was closed.
/// </summary>
internal sealed class ResultStage<T>(PipelineRun run, string name, BoundedBuffer<T> buffer)
    : BufferedStage<T>(run, name, maxWorkers: 1, buffer, static _ => throw new NotSupportedException("Results are read and not worked on."))
{
    public override void Start() => Buffer.Attach(workers: null);

    protected override void CompleteInput()
    {
        base.CompleteInput();
        Pool.Finish(); // No worker ever came.
    }

    protected override async Task SettledAsync()
    {
        try
        {
            await Buffer.Reader.Completion.ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The fault that closed the buffer, which the run knows.
        }

        await base.SettledAsync().ConfigureAwait(false);
    }
}
