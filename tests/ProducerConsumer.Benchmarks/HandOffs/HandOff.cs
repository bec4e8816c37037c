namespace ProducerConsumer.Benchmarks;

/// <summary>One way to hand single items to consumers that are idle in between.</summary>
/// <param name="Name">The name of the row.</param>
/// <param name="Role">What the row stands for.</param>
/// <param name="Open">Lets that many consumers wait for items, each of which goes to the receiver.</param>
internal sealed record HandOff(string Name, Role Role, Func<int, Receiver, OpenHandOff> Open)
{
    /// <summary>Whether consumers come into being when items come, so that they have to meet once to exist all.</summary>
    public bool OnDemand { get; init; }
}

/// <summary>Consumers that wait.</summary>
/// <param name="WriteAsync">Writes one item.</param>
/// <param name="CloseAsync">Ends the consumers and returns when they have ended.</param>
internal sealed record OpenHandOff(Func<ValueItem, ValueTask> WriteAsync, Func<Task> CloseAsync)
{
    public const int Capacity = 1024;
}
