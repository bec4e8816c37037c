namespace ProducerConsumer;

/// <summary>What the code of a stage does, for one worker.</summary>
/// <param name="Handle">Called once for each item, one call at a time.</param>
/// <param name="Other">What it does besides that; null if there is nothing.</param>
internal sealed record WorkerCode<T>(Func<T, CancellationToken, ValueTask> Handle, IWorkerCode? Other = null);
