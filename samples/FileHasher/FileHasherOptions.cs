namespace FileHashing;

/// <summary>What to hash, and with how many workers.</summary>
/// <param name="Directory">The top of the tree. It begins every path that is printed, as it was given.</param>
public sealed record FileHasherOptions(string Directory)
{
    /// <summary>The files that are read at once.</summary>
    /// <value>The default value is 2.</value>
    public int Producers { get; init; } = 2;

    /// <summary>The files that are hashed at once.</summary>
    /// <value>The default value is the number of processors.</value>
    public int Consumers { get; init; } = Environment.ProcessorCount;

    /// <summary>The files that wait between the two, each with at most about 256 KiB of its content.</summary>
    /// <value>The default value is 64.</value>
    public int Capacity { get; init; } = 64;
}
