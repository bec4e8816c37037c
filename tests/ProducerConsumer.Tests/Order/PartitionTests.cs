namespace ProducerConsumer.Tests;

/// <summary>Calls that are quick when they turn out to be.</summary>
public sealed class PartitionTests() : PartitionContract(quickCall: null);

/// <summary>Calls that are quick whatever they take: a worker is alone with its items as long as no call suspends or is stuck.</summary>
public sealed class PartitionForOneTests() : PartitionContract(quickCall: int.MaxValue);

/// <summary>Calls that are never quick.</summary>
public sealed class PartitionForManyTests() : PartitionContract(quickCall: 0);
