namespace ProducerConsumer;

/// <summary>The switch of the faults that SeededFaults.xml puts into copies of the core's sources.</summary>
internal static class SeededFault
{
    /// <summary>The fault that is on; null for the library as it is. One exploration runs at a time.</summary>
    private static string? _active;

    public static bool Is(string name) => _active == name;

    public static void SwitchTo(string? name) => _active = name;
}
