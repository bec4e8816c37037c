using System.Text.RegularExpressions;

namespace ProducerConsumer.Tests;

/// <summary>
/// Inside the core the arrows run one way: Stages, root, Failures, Engine, Telemetry. A file may name the types of its
/// own room and of those below it.
/// </summary>
public sealed partial class FolderDirectionTests
{
    /// <summary>From top to bottom; the empty name is the root.</summary>
    private static readonly string[] Rooms = ["Stages", "", "Failures", "Engine", "Telemetry"];

    [GuardedFact]
    public async Task Core_NamesNoTypeOfARoomAbove()
    {
        Dictionary<string, HashSet<string>> declared = Rooms.ToDictionary(room => room, room => Files(room).SelectMany(Declared).ToHashSet());
        foreach (string room in Rooms)
        {
            declared[room].Should().NotBeEmpty("room '{0}' is where the test looks for it", room);
        }

        // The verbs are parts of the builder that stand in the folders of their stages.
        declared["Stages"].ExceptWith(declared[""]);
        List<string> wrong = [];
        for (int level = 1; level < Rooms.Length; level++)
        {
            HashSet<string> above = [.. Rooms.Take(level).SelectMany(room => declared[room])];
            foreach (string file in Files(Rooms[level]))
            {
                string code = Code(file);
                HashSet<string> members = [.. Members().Matches(code).Select(match => match.Groups[1].Value)];
                IEnumerable<string> names = Names().Matches(code).Select(match => match.Value).Distinct()
                    .Where(name => above.Contains(name) && !members.Contains(name));
                wrong.AddRange(names.Select(name => $"{Path.GetRelativePath(RepositoryFiles.Root, file)} names {name}"));
            }
        }

        wrong.Should().BeEmpty();
        await Task.CompletedTask;
    }

    [GuardedFact]
    public async Task Core_FilesStandInKnownRooms()
    {
        string core = RepositoryFiles.PathOf("src/ProducerConsumer");
        Directory.EnumerateDirectories(core).Select(Path.GetFileName).Where(name => name is not ("bin" or "obj"))
            .Should().BeEquivalentTo(Rooms.Where(room => room.Length > 0));
        await Task.CompletedTask;
    }

    private static IEnumerable<string> Files(string room)
    {
        string folder = Path.Combine(RepositoryFiles.PathOf("src/ProducerConsumer"), room);
        return Directory.EnumerateFiles(folder, "*.cs", room.Length == 0 ? SearchOption.TopDirectoryOnly : SearchOption.AllDirectories);
    }

    private static IEnumerable<string> Declared(string file) => Declarations().Matches(Code(file)).Select(match => match.Groups[1].Value);

    /// <summary>The code without comments and texts, in which a name is no dependency.</summary>
    private static string Code(string file) => CommentsAndStrings().Replace(File.ReadAllText(file), " ");

    [GeneratedRegex(@"//[^\n]*|""(?:[^""\\\n]|\\.)*""")]
    private static partial Regex CommentsAndStrings();

    [GeneratedRegex(@"\b(?:class|record|struct|interface|enum)\s+(?:struct\s+)?([A-Z]\w*)")]
    private static partial Regex Declarations();

    /// <summary>Properties that a file declares: they may be called like a type of another room.</summary>
    [GeneratedRegex(@"\bpublic [\w<>?\[\]]+ ([A-Z]\w*)\s*(?:\{|=>)")]
    private static partial Regex Members();

    [GeneratedRegex(@"(?<!\.)\b[A-Z]\w*")]
    private static partial Regex Names();
}
