using System.Runtime.InteropServices;
using FileHashing;
using ProducerConsumer.Tests;

namespace ProducerConsumer.Samples.Tests;

/// <summary>Which files are hashed, and what is printed for them.</summary>
public sealed class FileHasherTreeTests
{
    [GuardedFact]
    public async Task RunAsync_SmallTree_PrintsTheKnownHashes()
    {
        using TemporaryTree tree = new();
        tree.Add("abc", "abc").Add("sub/deep/empty").Add(".hidden", "abc");
        HashRun run = await HashRun.OfAsync(tree);
        run.ExitCode.Should().Be(ExitCode.Success);
        run.Lines.Should().BeEquivalentTo(
            $"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  {tree["abc"]}",
            $"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  {tree[".hidden"]}",
            $"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  {tree["sub/deep/empty"]}");
        run.Error.Should().StartWith("3 files, 0.0 MB, 0 failed\nPipeline 'file-hasher': Completed");
    }

    [GuardedFact]
    public async Task RunAsync_EmptyDirectory_PrintsOnlyTheReport()
    {
        using TemporaryTree tree = new();
        HashRun run = await HashRun.OfAsync(tree);
        run.ExitCode.Should().Be(ExitCode.Success);
        run.Output.Should().BeEmpty();
        run.Error.Should().Contain("Completed");
    }

    [GuardedTheory]
    [InlineData(1, 1, 1)]
    [InlineData(8, 1, 1)]
    [InlineData(1, 8, 1)]
    [InlineData(8, 8, 64)]
    public async Task RunAsync_FilesLongerThanTheirPipe_HashesEachOnce(int producers, int consumers, int capacity)
    {
        using TemporaryTree tree = new();
        tree.AddMany(30);
        string[] expected = [.. Directory.EnumerateFiles(tree.Root, "*", SearchOption.AllDirectories).Select(HashRun.LineOf)];
        HashRun run = await HashRun.OfAsync(
            new FileHasherOptions(tree.Root) { Producers = producers, Consumers = consumers, Capacity = capacity },
            cancellationToken: TestContext.Current.CancellationToken);
        run.Lines.Should().Equal(expected.Order(StringComparer.Ordinal));
    }

    [GuardedTheory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("//")]
    [InlineData("/.")]
    [InlineData("/sub/..")]
    public async Task RunAsync_AnySpellingOfTheDirectory_BeginsPathsAsFindDoes(string ending)
    {
        using TemporaryTree tree = new();
        tree.Add("a", "1").Add("sub/b", "2");
        HashRun run = await HashRun.OfAsync(
            new FileHasherOptions(tree.Root + ending), cancellationToken: TestContext.Current.CancellationToken);
        run.Lines.Should().Equal(await SystemCommand.HashTreeAsync(tree.Root + ending));
    }

    [GuardedFact]
    public async Task RunAsync_OddNames_EscapesThemAsSha256SumDoes()
    {
        using TemporaryTree tree = new();
        SystemCommand.SkipUnlessPresent("sha256sum");
        string[] names =
            ["new\nline", "return\r", "back\\slash", "\\", "both\\\n\r", "\\n", "tab\t", " blank ", "*", "quo\"te", "é\u4e2d😀", "bell\a", "real\uFFFDsign"];
        foreach (string name in names)
        {
            tree.Add(name, name);
        }

        HashRun run = await HashRun.OfAsync(tree);
        run.ExitCode.Should().Be(ExitCode.Success);
        run.Lines.Should().HaveSameCount(names).And.Equal(await SystemCommand.HashTreeAsync(tree.Root));
    }

    [GuardedFact]
    public async Task RunAsync_Links_FollowsNone()
    {
        using TemporaryTree tree = new();
        tree.Add("sub/file", "1");
        File.CreateSymbolicLink(tree["sub/self"], "self");
        File.CreateSymbolicLink(tree["sub/dangling"], "nowhere");
        File.CreateSymbolicLink(tree["sub/to-file"], "file");
        Directory.CreateSymbolicLink(tree["sub/up"], "..");
        HashRun run = await HashRun.OfAsync(tree);
        run.ExitCode.Should().Be(ExitCode.Success);
        run.Lines.Should().Equal(HashRun.LineOf(tree["sub/file"]));
    }

    [GuardedFact]
    public async Task RunAsync_NamedPipe_IsNeverOpened()
    {
        using TemporaryTree tree = new();
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only on Linux the sample can tell a pipe from a file.");
        SystemCommand.SkipUnlessPresent("mkfifo");
        await SystemCommand.RunAsync("mkfifo \"$1\"", tree["pipe"]);
        tree.Add("file", "1");
        HashRun run = await HashRun.OfAsync(tree);
        run.ExitCode.Should().Be(ExitCode.Success);
        run.Lines.Should().Equal(HashRun.LineOf(tree["file"]));
    }

    [GuardedFact]
    public async Task RunAsync_SdkFolder_PrintsWhatFindAndSha256SumPrint()
    {
        string sdk = Path.GetFullPath(Path.Join(RuntimeEnvironment.GetRuntimeDirectory(), "../../../sdk"));
        Assert.SkipUnless(Directory.Exists(sdk), $"There is no {sdk} to hash.");
        HashRun run = await HashRun.OfArgumentsAsync(sdk);
        run.ExitCode.Should().Be(ExitCode.Success);
        run.Lines.Should().NotBeEmpty().And.Equal(await SystemCommand.HashTreeAsync(sdk));
    }
}
