using System.Text.Json;
using System.Text.Json.Serialization;

namespace ProducerConsumer.Benchmarks;

/// <summary>The figures of one run, with what they depend on.</summary>
internal sealed record Results(string Machine, string Runtime, string Command, List<ScenarioResult> Scenarios)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
    };

    [JsonIgnore]
    public string Conditions => $"{Machine}; {Runtime}; `{Command}`";

    /// <summary>The names of the library's rows where it has all of them; some scenarios have only the first.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> LibraryRows =>
        [.. Scenarios.Select(scenario => scenario.Library).MaxBy(rows => rows.Count)!.Select(row => row.Name)];

    public static Results Begin(CompareOptions options) =>
        new(Benchmarks.Machine.Description, Benchmarks.Machine.Runtime, $"dotnet run -c Release --project tests/ProducerConsumer.Benchmarks -- {options}", []);

    public static async Task<Results> LoadAsync(string file)
    {
        await using FileStream stream = File.OpenRead(file);
        return await JsonSerializer.DeserializeAsync<Results>(stream, Json)
            ?? throw new InvalidDataException($"{file} holds no figures. Write it with compare --save.");
    }

    public void Add(Scenario scenario, IReadOnlyList<Measured> rows) =>
        Scenarios.Add(new ScenarioResult(scenario.Name, scenario.Description, scenario.Columns.Kind, rows));

    /// <summary>Writes the files that the command line asks for.</summary>
    public async Task SaveAsync(CompareOptions options)
    {
        if (options.Save is { } save)
        {
            await using FileStream stream = File.Create(save);
            await JsonSerializer.SerializeAsync(stream, this, Json);
        }

        if (options.Markdown is { } markdown)
        {
            await File.WriteAllTextAsync(markdown, MarkdownTable.Create(this));
        }
    }
}

/// <summary>The figures of one scenario.</summary>
internal sealed record ScenarioResult(string Name, string Description, FigureKind Kind, IReadOnlyList<Measured> Rows)
{
    /// <summary>The rows of the library that goals speak of, push first.</summary>
    [JsonIgnore]
    public IReadOnlyList<Measured> Library => [.. Rows.Where(row => row.Role is Role.Push or Role.Pull).OrderBy(row => row.Role)];

    [JsonIgnore]
    public Measured BestPeer => Rows.Where(row => row.Role == Role.Peer).MinBy(row => row.Seconds)!;
}
