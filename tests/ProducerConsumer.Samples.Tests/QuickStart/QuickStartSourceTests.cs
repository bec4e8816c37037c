using ProducerConsumer.Tests;

namespace ProducerConsumer.Samples.Tests;

/// <summary>The sample is read more than it is run.</summary>
public sealed class QuickStartSourceTests
{
    [GuardedFact]
    public async Task Program_Source_HasAtMostFifteenLines()
    {
        string[] lines = await ReadAsync("Program.cs");

        lines.Length.Should().BeLessThanOrEqualTo(15);
    }

    [GuardedFact]
    public async Task Recipe_Source_StandsInOneRegionThatFitsOnAScreen()
    {
        string[] lines = [.. (await ReadAsync("QuickStart.cs")).Select(line => line.Trim())];

        lines.Count(line => line.StartsWith("#region", StringComparison.Ordinal)).Should().Be(1);
        int begin = Array.IndexOf(lines, "#region recipe");
        int end = Array.IndexOf(lines, "#endregion");
        begin.Should().BePositive();
        (end - begin).Should().BeInRange(2, 20);
    }

    private static Task<string[]> ReadAsync(string file)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ProducerConsumer.sln")))
        {
            folder = folder.Parent;
        }

        folder.Should().NotBeNull("the tests run inside of the repository");
        return File.ReadAllLinesAsync(
            Path.Combine(folder!.FullName, "samples", "QuickStart", file), TestContext.Current.CancellationToken);
    }
}
