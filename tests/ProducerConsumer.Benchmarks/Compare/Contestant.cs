namespace ProducerConsumer.Benchmarks;

/// <summary>One way to bring items from producers to consumers.</summary>
/// <param name="Name">The name of the row.</param>
/// <param name="Role">What the row stands for.</param>
/// <param name="Run">Brings that many items to the handler and returns when all are handled.</param>
internal sealed record Contestant<T>(string Name, Role Role, Func<Setting, long, Func<T, CancellationToken, ValueTask>, Task> Run)
    where T : IItem<T>;
