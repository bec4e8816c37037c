using System.Diagnostics;

namespace ProducerConsumer.Samples.Tests;

/// <summary>The commands of the system that the sample is compared with.</summary>
internal static class SystemCommand
{
    public static void SkipUnlessPresent(params string[] commands)
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        foreach (string command in commands)
        {
            Assert.SkipUnless(
                folders.Any(folder => File.Exists(Path.Join(folder, command))), $"There is no {command} to compare with.");
        }
    }

    /// <summary>Runs a script, which has the argument in <c>$1</c>, and returns what it printed.</summary>
    public static async Task<string> RunAsync(string script, string argument)
    {
        ProcessStartInfo start = new("sh", ["-c", script, "sh", argument])
        {
            RedirectStandardOutput = true,
            StandardOutputEncoding = new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.Should().Be(0, script);
        return output;
    }

    /// <summary>What the tree should give, sorted.</summary>
    public static async Task<string[]> HashTreeAsync(string directory)
    {
        SkipUnlessPresent("sh", "find", "xargs", "sha256sum");
        string output = await RunAsync("find \"$1\" -type f -print0 | xargs -0 sha256sum", directory);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
    }
}
