namespace ProducerConsumer.Benchmarks;

/// <summary>The command line of <c>compare</c>.</summary>
/// <param name="Quick">Raw channels only, in short slices, without goals.</param>
/// <param name="Save">Where the figures go as JSON, for <c>chart</c>.</param>
/// <param name="Markdown">Where the table goes as Markdown.</param>
/// <param name="Names">Scenarios, or their first words: <c>64</c> is <c>64-1-1</c> and more, but not <c>640</c>. None means all.</param>
internal sealed record CompareOptions(bool Quick, string? Save, string? Markdown, IReadOnlyList<string> Names)
{
    /// <summary>Null when the command line cannot be understood.</summary>
    public static CompareOptions? Parse(IReadOnlyList<string> args)
    {
        CompareOptions options = new(Quick: false, Save: null, Markdown: null, Names: []);
        for (int i = 0; i < args.Count; i++)
        {
            switch (args[i])
            {
                case "--quick":
                    options = options with { Quick = true };
                    break;
                case "--save" when i + 1 < args.Count:
                    options = options with { Save = args[++i] };
                    break;
                case "--markdown" when i + 1 < args.Count:
                    options = options with { Markdown = args[++i] };
                    break;
                case ['-', ..]:
                    return null;
                default:
                    options = options with { Names = [.. options.Names, args[i]] };
                    break;
            }
        }

        return options;
    }

    /// <summary>What decides about the figures, as it is written.</summary>
    public override string ToString() => string.Join(' ', (string[])["compare", .. Quick ? ["--quick"] : Array.Empty<string>(), .. Names]);

    /// <summary>A quick run has its own choice unless scenarios are named.</summary>
    public bool Wants(Scenario scenario) => Names.Count == 0
        ? !Quick || scenario.Quick
        : Names.Any(name => $"{scenario.Name}-".StartsWith($"{name}-", StringComparison.Ordinal));
}
