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

    /// <summary>This library, given many items at a time: a sequence to pull from, or a block to write.</summary>
    Pull,

    /// <summary>This library, pulling from a source that costs a call or a state machine per item by itself.</summary>
    AsyncPull,

    /// <summary>Shown beside the others; no goal and no best peer looks at it.</summary>
    Shown,
}
