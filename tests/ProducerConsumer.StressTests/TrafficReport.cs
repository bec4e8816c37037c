namespace ProducerConsumer.StressTests;

/// <summary>What became of the items of a <see cref="ChannelTraffic"/>.</summary>
internal sealed record TrafficReport
{
    public required long Attempted { get; init; }

    public required long Delivered { get; init; }

    /// <summary>Waits that were reported cancelled.</summary>
    public required long Cancellations { get; init; }

    /// <summary>Items that nobody received and nobody was told about.</summary>
    public required long Lost { get; init; }

    public required long DeliveredTwice { get; init; }

    /// <summary>Items that were delivered though their writer was told that they were cancelled.</summary>
    public required long DeliveredThoughCancelled { get; init; }

    /// <summary>Reads and writes that threw something that no channel throws.</summary>
    public required long Crashes { get; init; }
}
