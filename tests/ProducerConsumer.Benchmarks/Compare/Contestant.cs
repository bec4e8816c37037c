namespace ProducerConsumer.Benchmarks;

/// <summary>What a row of a table stands for.</summary>
internal enum Role
{
    /// <summary>A library or idiom to compare with.</summary>
    Peer,

    /// <summary>A bound that no bounded queue reaches.</summary>
    Limit,

    /// <summary>This library, written to item by item.</summary>
    Push,

    /// <summary>This library, pulling from a sequence.</summary>
    Pull,
}

/// <summary>One way to bring items from producers to consumers.</summary>
/// <param name="Name">The name of the row.</param>
/// <param name="Role">What the row stands for.</param>
/// <param name="Run">Brings that many items to the handler and returns when all are handled.</param>
internal sealed record Contestant<T>(string Name, Role Role, Func<Setting, long, Func<T, CancellationToken, ValueTask>, Task> Run)
    where T : IItem<T>;
