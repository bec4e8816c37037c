using FileHashing;
using ProducerConsumer.Tests;

namespace ProducerConsumer.Samples.Tests;

public sealed class FileHasherArgumentTests
{
    [GuardedTheory]
    [InlineData("", "The directory is missing.")]
    [InlineData("--producers 2", "The directory is missing.")]
    [InlineData(". --producers 0", "--producers is '0'.")]
    [InlineData("--consumers -3 .", "--consumers is '-3'.")]
    [InlineData(". --capacity many", "--capacity is 'many'.")]
    [InlineData(". --capacity 1.5", "--capacity is '1.5'.")]
    [InlineData(". --capacity 99999999999", "--capacity is '99999999999'.")]
    [InlineData(". --consumers --producers", "--consumers is '--producers'.")]
    [InlineData(". --consumers", "--consumers needs a number")]
    [InlineData(". --threads 2", "There is no option '--threads'.")]
    [InlineData(". elsewhere", "'elsewhere' comes after the directory '.'.")]
    public async Task RunAsync_BadArguments_SaysWhichAndPrintsTheUsage(string line, string message)
    {
        HashRun run = await HashRun.OfArgumentsAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        run.ExitCode.Should().Be(ExitCode.BadUsage);
        run.Output.Should().BeEmpty();
        run.Error.Should().StartWith($"FileHasher: {message}").And.Contain("Usage: FileHasher <directory>");
    }

    [GuardedFact]
    public async Task RunAsync_EmptyDirectoryName_SaysSo()
    {
        HashRun run = await HashRun.OfArgumentsAsync("");
        run.ExitCode.Should().Be(ExitCode.BadUsage);
        run.Error.Should().StartWith("FileHasher: The directory is ''.");
    }

    [GuardedFact]
    public async Task RunAsync_Help_PrintsTheUsage()
    {
        HashRun run = await HashRun.OfArgumentsAsync("--help");
        run.ExitCode.Should().Be(ExitCode.Success);
        run.Output.Should().StartWith("Usage: FileHasher <directory>").And.Contain("--producers n  files that are read at once, 2 by default");
        run.Error.Should().BeEmpty();
    }

    [GuardedFact]
    public async Task RunAsync_AllOptions_HashesTheTree()
    {
        using TemporaryTree tree = new();
        tree.Add("file", "1");
        HashRun run = await HashRun.OfArgumentsAsync("--producers", "3", tree.Root, "--consumers", "4", "--capacity", "5");
        run.ExitCode.Should().Be(ExitCode.Success);
        run.Lines.Should().Equal(HashRun.LineOf(tree["file"]));
    }

    [GuardedFact]
    public async Task RunAsync_NoSuchDirectory_NamesIt()
    {
        using TemporaryTree tree = new();
        HashRun run = await HashRun.OfArgumentsAsync(tree["nowhere"]);
        run.ExitCode.Should().Be(ExitCode.BadUsage);
        run.Error.Should().Be($"FileHasher: {tree["nowhere"]}: No such file or directory{Environment.NewLine}");
    }

    [GuardedFact]
    public async Task RunAsync_PathOfAFile_NamesIt()
    {
        using TemporaryTree tree = new();
        tree.Add("file", "1");
        HashRun run = await HashRun.OfArgumentsAsync(tree["file"]);
        run.ExitCode.Should().Be(ExitCode.BadUsage);
        run.Error.Should().Be($"FileHasher: {tree["file"]}: Not a directory{Environment.NewLine}");
    }

    [GuardedFact]
    public async Task RunAsync_LinkToADirectory_IsFollowedOnlyWithASlash()
    {
        using TemporaryTree tree = new();
        tree.Add("sub/file", "1");
        Directory.CreateSymbolicLink(tree["link"], "sub");
        HashRun bare = await HashRun.OfArgumentsAsync(tree["link"]);
        bare.ExitCode.Should().Be(ExitCode.BadUsage);
        bare.Error.Should().StartWith($"FileHasher: {tree["link"]}: Is a symbolic link");
        HashRun slash = await HashRun.OfArgumentsAsync(tree["link/"]);
        slash.ExitCode.Should().Be(ExitCode.Success);
        slash.Lines.Should().Equal(HashRun.LineOf(tree["link/file"]));
    }
}
