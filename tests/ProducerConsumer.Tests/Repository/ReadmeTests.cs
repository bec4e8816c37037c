using System.Text.RegularExpressions;

namespace ProducerConsumer.Tests;

/// <summary>The README shows only code that tests run: each block of C# is a region of a sample or of a test.</summary>
public sealed partial class ReadmeTests
{
    [GuardedFact]
    public async Task CodeBlocks_AreRegionsOfSourceFiles()
    {
        string readme = await File.ReadAllTextAsync(RepositoryFiles.PathOf("README.md"));
        HashSet<string> regions = [.. SourceFiles().SelectMany(file => Regions(File.ReadAllText(file)))];
        string[] blocks = [.. CodeBlocks().Matches(readme).Select(match => Normalize(match.Groups[1].Value))];

        blocks.Should().NotBeEmpty();
        blocks.Should().OnlyContain(block => regions.Contains(block), "the README shows no code that nobody ran");
    }

    [GuardedFact]
    public async Task Commands_AreTheTwoThatThePromiseNames()
    {
        string readme = await File.ReadAllTextAsync(RepositoryFiles.PathOf("README.md"));

        readme.Should().Contain("dotnet run --project samples/QuickStart").And.Contain("bash tests/run.sh");
    }

    private static IEnumerable<string> SourceFiles() =>
        new[] { "samples", "tests" }
            .SelectMany(folder => Directory.EnumerateFiles(RepositoryFiles.PathOf(folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}"));

    private static IEnumerable<string> Regions(string source) => RegionBlocks().Matches(source).Select(match => Normalize(match.Groups[1].Value));

    /// <summary>Without the indentation of the whole block and without trailing white space.</summary>
    private static string Normalize(string code)
    {
        string[] lines = [.. code.ReplaceLineEndings("\n").Trim('\n').Split('\n').Select(line => line.TrimEnd())];
        int indentation = lines.Where(line => line.Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty().Min();
        return string.Join('\n', lines.Select(line => line.Length > 0 ? line[indentation..] : line)).Trim();
    }

    [GeneratedRegex(@"```csharp\r?\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlocks();

    [GeneratedRegex(@"#region [^\n]+\n(.*?)\n[ \t]*#endregion", RegexOptions.Singleline)]
    private static partial Regex RegionBlocks();
}
