using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;

namespace ProducerConsumer.Benchmarks;

/// <summary><c>micro [options of BenchmarkDotNet]</c>: single operations, where <c>compare</c> measures whole runs.</summary>
internal static class MicroCommand
{
    public static int Run(string[] args)
    {
        // BenchmarkDotNet would ask which ones to run.
        string[] options = args.Contains("--filter") ? args : [.. args, "--filter", "*"];
        IConfig config = DefaultConfig.Instance.WithArtifactsPath(Path.Combine(AppContext.BaseDirectory, "micro"));
        BenchmarkSwitcher.FromAssembly(typeof(MicroCommand).Assembly).Run(options, config);
        return 0;
    }
}
