namespace ProducerConsumer.Tests;

/// <summary>A verb whose code a test says.</summary>
internal sealed class ScriptedWorker : StageWorker<int, int>
{
    public Func<ScriptedWorker, int, CancellationToken, ValueTask> OnHandle { get; init; } = static (_, _, _) => default;

    public Func<ScriptedWorker, CancellationToken, ValueTask> OnWake { get; init; } = static (_, _) => default;

    public Func<ScriptedWorker, CancellationToken, ValueTask> OnEnd { get; init; } = static (_, _) => default;

    public int Count => KeptCount;

    public ValueTask Emit(int result) => EmitAsync(result);

    public ValueTask EmitKept(int result) => EmitKeptAsync(result);

    public void KeepIt() => Keep();

    public void Wake(TimeSpan delay) => WakeAfter(delay);

    protected override ValueTask HandleAsync(int item, CancellationToken cancellationToken) => OnHandle(this, item, cancellationToken);

    protected override ValueTask WakeAsync(CancellationToken cancellationToken) => OnWake(this, cancellationToken);

    protected override ValueTask EndAsync(CancellationToken cancellationToken) => OnEnd(this, cancellationToken);
}
