using System.Globalization;

namespace LogIngestion;

/// <summary>The arguments, understood or not.</summary>
/// <param name="Options">What to do; null when there is nothing to do.</param>
/// <param name="Problem">What is wrong with the arguments; null when nothing is.</param>
public sealed record CommandLineArguments(LogIngestOptions? Options, string? Problem)
{
    private const int MaxLines = 1_000_000_000;

    /// <summary>How to call the program.</summary>
    public static string Usage { get; } = """
        Usage: LogIngest <file> [--database path] [--rejected path]
               LogIngest <file> --generate n
        Reads an access log in the combined format, plain or compressed with gzip, into a SQLite database. A second run
        adds what is missing, after Ctrl+C or when the log has grown, and stores nothing twice.
          --database path  the database, <file>.db by default
          --rejected path  takes the malformed lines with their numbers and the reasons, <file>.rejected by default
          --generate n     writes a new log of n lines for a test, compressed if the name ends in .gz, and prints what
                           reading it has to give
          --help           prints this text
        """;

    /// <summary>Reads the arguments. Neither options nor a problem means that help is wanted.</summary>
    public static CommandLineArguments Parse(IEnumerable<string> args)
    {
        string? file = null;
        Dictionary<string, string> values = [];
        Queue<string> rest = new(args);
        while (rest.TryDequeue(out string? arg))
        {
            switch (arg)
            {
                case "--help":
                    return new CommandLineArguments(null, null);
                case "--database" or "--rejected" or "--generate":
                    if (!rest.TryDequeue(out string? value) || value.Length == 0)
                    {
                        return Wrong($"{arg} needs a {(arg == "--generate" ? "number" : "path")} after it.");
                    }

                    values[arg] = value;
                    break;
                case ['-', ..]:
                    return Wrong($"There is no option '{arg}'. A file of that name is given as './{arg}'.");
                case "":
                    return Wrong("The file is ''. Give the name of a log.");
                default:
                    if (file is not null)
                    {
                        return Wrong($"'{arg}' comes after the file '{file}'. Give one file.");
                    }

                    file = arg;
                    break;
            }
        }

        return file is null ? Wrong("The file is missing.") : Create(new LogIngestOptions(file), values);
    }

    private static CommandLineArguments Create(LogIngestOptions options, Dictionary<string, string> values)
    {
        if (values.TryGetValue("--generate", out string? text))
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int lines) || lines > MaxLines)
            {
                return Wrong($"--generate is '{text}'. Give a whole number from 0 to {MaxLines}.");
            }

            return values.Count > 1
                ? Wrong("--generate only writes a log. Leave --database and --rejected for the run that reads it.")
                : new CommandLineArguments(options with { Generate = lines }, null);
        }

        options = options with
        {
            Database = values.GetValueOrDefault("--database", options.Database),
            Rejected = values.GetValueOrDefault("--rejected", options.Rejected),
        };
        string[] paths = [.. new[] { options.File, options.Database, options.Rejected }.Select(Path.GetFullPath)];
        return paths.Distinct().Count() < paths.Length
            ? Wrong("The file, --database and --rejected name the same path twice. Give each its own.")
            : new CommandLineArguments(options, null);
    }

    private static CommandLineArguments Wrong(string problem) => new(null, problem);
}
