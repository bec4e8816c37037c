namespace ProducerConsumer;

/// <summary>A worker of a stage: settles each item by how the call of the stage's code for it ended.</summary>
internal sealed class SettlingWorker<T>(
    BufferedStage<T> stage, Func<T, CancellationToken, ValueTask> handle, Outlet? outlet = null, IWorkerCode? code = null)
    : ItemWorker<T>(stage, handle, outlet, code)
{
    protected override void Judge(Exception error, CallResults results) =>
        Settlement.JudgeCall(this, error, results, Token);

    protected override void JudgeCode(Exception error, CallResults results) =>
        Settlement.JudgeCode(Stage, error, results, Token);
}
