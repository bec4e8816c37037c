using System.Security.Cryptography;
using FileHashing;

namespace ProducerConsumer.Samples.Tests;

/// <summary>What one run of the sample left behind.</summary>
internal sealed record HashRun(int ExitCode, string Output, string Error)
{
    /// <summary>The hash lines, sorted.</summary>
    public string[] Lines =>
        [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];

    public static Task<HashRun> OfAsync(TemporaryTree tree, Func<string, Stream>? open = null) =>
        OfAsync(new FileHasherOptions(tree.Root), open);

    public static async Task<HashRun> OfAsync(
        FileHasherOptions options, Func<string, Stream>? open = null, CancellationToken cancellationToken = default)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        Screen screen = new(output, error);
        FileHasher hasher = open is null ? new(options, screen) : new(options, screen) { OpenFile = open };
        int exitCode = await hasher.RunAsync(cancellationToken);
        return new HashRun(exitCode, output.ToString(), error.ToString());
    }

    public static async Task<HashRun> OfArgumentsAsync(params string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int exitCode = await FileHasherCommand.RunAsync(
            args, new Screen(output, error), TestContext.Current.CancellationToken);
        return new HashRun(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>The line that a file should give, when its path needs no escapes.</summary>
    public static string LineOf(string path)
    {
        using FileStream content = File.OpenRead(path);
        return $"{Convert.ToHexStringLower(SHA256.HashData(content))}  {path}";
    }
}
