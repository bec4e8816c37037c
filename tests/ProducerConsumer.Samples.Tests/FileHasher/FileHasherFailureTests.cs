using System.Runtime.Versioning;
using FileHashing;
using ProducerConsumer.Tests;

namespace ProducerConsumer.Samples.Tests;

/// <summary>What cannot be read is named, and does not keep the rest from being hashed.</summary>
public sealed class FileHasherFailureTests
{
    [GuardedTheory]
    [InlineData(typeof(IOException), "Disk on fire")]
    [InlineData(typeof(UnauthorizedAccessException), "Permission denied")]
    [InlineData(typeof(FileNotFoundException), "No such file or directory")]
    [InlineData(typeof(DirectoryNotFoundException), "No such file or directory")]
    public async Task RunAsync_OpenFails_NamesTheFileAndHashesTheOthers(Type type, string reason)
    {
        using TemporaryTree tree = new();
        tree.Add("bad", "1").Add("good", "2").Add("sub/good", "3");
        HashRun run = await HashRun.OfAsync(tree, path => path == tree["bad"]
            ? throw (Exception)Activator.CreateInstance(type, "Disk on fire")!
            : File.OpenRead(path));
        run.ExitCode.Should().Be(ExitCode.Failure);
        run.Lines.Should().BeEquivalentTo(HashRun.LineOf(tree["good"]), HashRun.LineOf(tree["sub/good"]));
        run.Error.Should().StartWith($"FileHasher: {tree["bad"]}: {reason}{Environment.NewLine}2 files, 0.0 MB, 1 failed\n");
    }

    [GuardedTheory]
    [InlineData(0)]
    [InlineData(100_000)]
    [InlineData(900_000)]
    public async Task RunAsync_ReadFailsInTheMiddle_NamesTheFileAndHashesTheOthers(int position)
    {
        using TemporaryTree tree = new();
        tree.Add("bad", new byte[1_000_000]).Add("good", "2").Add("sub/good", "3");
        HashRun run = await HashRun.OfAsync(tree, path => path == tree["bad"]
            ? new HookedStream(
                File.ReadAllBytes(path),
                (done, _) => done >= position ? throw new IOException("Input/output error") : default)
            : File.OpenRead(path));
        run.ExitCode.Should().Be(ExitCode.Failure);
        run.Lines.Should().BeEquivalentTo(HashRun.LineOf(tree["good"]), HashRun.LineOf(tree["sub/good"]));
        run.Error.Should().Contain($"FileHasher: {tree["bad"]}: Input/output error");
    }

    [GuardedFact]
    public async Task RunAsync_DirectoryVanishes_NamesItAndHashesTheOthers()
    {
        using TemporaryTree tree = new();
        tree.Add("file", "1");
        Directory.CreateDirectory(tree["gone"]);
        HashRun run = await HashRun.OfAsync(new FileHasherOptions(tree.Root) { Producers = 1 }, path =>
        {
            Directory.Delete(tree["gone"]);
            return File.OpenRead(path);
        }, TestContext.Current.CancellationToken);
        run.ExitCode.Should().Be(ExitCode.Failure);
        run.Lines.Should().Equal(HashRun.LineOf(tree["file"]));
        run.Error.Should().StartWith($"FileHasher: {tree["gone"]}: No such file or directory");
    }

    [GuardedFact]
    [UnsupportedOSPlatform("windows")]
    public async Task RunAsync_NoPermission_NamesTheFileAndTheDirectory()
    {
        Assert.SkipUnless(
            !OperatingSystem.IsWindows() && !Environment.IsPrivilegedProcess, "This user may read everything.");
        using TemporaryTree tree = new();
        tree.Add("closed", "1").Add("locked/file", "2").Add("open", "3");
        File.SetUnixFileMode(tree["closed"], UnixFileMode.None);
        File.SetUnixFileMode(tree["locked"], UnixFileMode.None);
        HashRun run = await HashRun.OfAsync(tree);
        File.SetUnixFileMode(tree["locked"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        run.ExitCode.Should().Be(ExitCode.Failure);
        run.Lines.Should().Equal(HashRun.LineOf(tree["open"]));
        run.Error.Should().Contain($"FileHasher: {tree["closed"]}: Permission denied")
            .And.Contain($"FileHasher: {tree["locked"]}: Permission denied");
    }

    [GuardedFact]
    public async Task RunAsync_NameThatIsNotUtf8_NamesItAndHashesTheOthers()
    {
        using TemporaryTree tree = new();
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has such names.");
        tree.Add("good", "1");
        await SystemCommand.RunAsync("cd \"$1\" && echo > \"$(printf 'bad\\377')\"", tree.Root);
        HashRun run = await HashRun.OfAsync(tree);
        await SystemCommand.RunAsync("rm \"$1\"/bad*", tree.Root); // .NET cannot delete it either.
        run.ExitCode.Should().Be(ExitCode.Failure);
        run.Lines.Should().Equal(HashRun.LineOf(tree["good"]));
        run.Error.Should().StartWith(
            $"FileHasher: {tree["bad\uFFFD"]}: No such file or directory (a name that is not valid UTF-8 cannot be opened)");
    }

    [GuardedFact]
    public async Task RunAsync_NameWithANewLine_KeepsTheMessageOnOneLine()
    {
        using TemporaryTree tree = new();
        tree.Add("a\nb", "1");
        HashRun run = await HashRun.OfAsync(tree, _ => throw new FileNotFoundException());
        run.Error.Should().StartWith($"FileHasher: {tree["a\\nb"]}: No such file or directory");
    }
}
