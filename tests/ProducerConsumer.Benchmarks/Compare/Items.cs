namespace ProducerConsumer.Benchmarks;

/// <summary>An item that a run can be checked by.</summary>
internal interface IItem<TSelf>
{
    static abstract TSelf Create(long number);

    long Id { get; }
}

/// <summary>16 bytes, passed by value.</summary>
internal readonly record struct ValueItem(long Id, long Payload) : IItem<ValueItem>
{
    public static ValueItem Create(long number) => new(number, ~number);
}

/// <summary>8 bytes, so that an array of 100 costs little more than 8 bytes per item.</summary>
internal readonly record struct NumberItem(long Id) : IItem<NumberItem>
{
    public static NumberItem Create(long number) => new(number);
}

/// <summary>A reference. The objects exist beforehand, so that the hand-off is measured and not their making.</summary>
internal sealed class ObjectItem(long id) : IItem<ObjectItem>
{
    private static readonly ObjectItem[] Known = [.. Enumerable.Range(0, 4096).Select(id => new ObjectItem(id))];

    public long Id => id;

    public static ObjectItem Create(long number) => Known[number & 4095];
}
