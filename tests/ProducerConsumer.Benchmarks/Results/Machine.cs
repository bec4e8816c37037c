using System.Runtime.InteropServices;

namespace ProducerConsumer.Benchmarks;

/// <summary>What a run was measured on.</summary>
internal static class Machine
{
    private const string LinuxProcessors = "/proc/cpuinfo";

    public static string Description =>
        $"{Processor() ?? $"{RuntimeInformation.ProcessArchitecture}"}, {Environment.ProcessorCount} processors, {RuntimeInformation.OSDescription}";

    public static string Runtime => RuntimeInformation.FrameworkDescription;

    /// <summary>The name of the processor where it is easy to know.</summary>
    private static string? Processor() => !File.Exists(LinuxProcessors)
        ? null
        : File.ReadLines(LinuxProcessors)
            .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim();
}
