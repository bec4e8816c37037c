using FileHashing;
using ProducerConsumer.Tests;

namespace ProducerConsumer.Samples.Tests;

/// <summary>Tests of what the whole process shares: its memory and its current directory.</summary>
[Collection(nameof(FileHasherAloneTests))]
[CollectionDefinition(nameof(FileHasherAloneTests), DisableParallelization = true)]
public sealed class FileHasherAloneTests
{
    private const long HugeLength = 300_000_000;

    [GuardedFact]
    public async Task RunAsync_HugeFile_IsStreamed()
    {
        using TemporaryTree tree = new();
        using (FileStream huge = File.Create(tree["huge"]))
        {
            huge.SetLength(HugeLength); // Sparse, so that the disk holds nothing.
        }

        string expected = HashRun.LineOf(tree["huge"]);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        HashRun run = await HashRun.OfAsync(tree);
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        run.ExitCode.Should().Be(ExitCode.Success);
        run.Lines.Should().Equal(expected);
        allocated.Should().BeLessThan(HugeLength / 10);
    }

    [GuardedTheory]
    [InlineData(".")]
    [InlineData("./")]
    [InlineData("sub")]
    [InlineData("sub/")]
    [InlineData("sub/..")]
    public async Task RunAsync_RelativeDirectory_BeginsPathsAsFindDoes(string directory)
    {
        using TemporaryTree tree = new();
        tree.Add("a", "1").Add("sub/b", "2");
        string current = Environment.CurrentDirectory;
        Environment.CurrentDirectory = tree.Root;
        try
        {
            HashRun run = await HashRun.OfArgumentsAsync(directory);
            run.Lines.Should().Equal(await SystemCommand.HashTreeAsync(directory));
        }
        finally
        {
            Environment.CurrentDirectory = current;
        }
    }
}
