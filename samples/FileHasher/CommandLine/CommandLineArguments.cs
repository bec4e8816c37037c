using System.Globalization;

namespace FileHashing;

/// <summary>The arguments, understood or not.</summary>
/// <param name="Options">What to do; null when there is nothing to do.</param>
/// <param name="Problem">What is wrong with the arguments; null when nothing is.</param>
public sealed record CommandLineArguments(FileHasherOptions? Options, string? Problem)
{
    private const int MaxNumber = 10_000;

    /// <summary>How to call the program.</summary>
    public static string Usage { get; } = string.Create(CultureInfo.InvariantCulture, $"""
        Usage: FileHasher <directory> [--producers n] [--consumers n] [--capacity n]
        Prints the SHA-256 of every regular file below the directory as sha256sum does. Links are not followed.
          --producers n  files that are read at once, {new FileHasherOptions("").Producers} by default
          --consumers n  files that are hashed at once, one per processor by default
          --capacity n   files that wait in between, {new FileHasherOptions("").Capacity} by default
          --help         prints this text
        """);

    /// <summary>Reads the arguments. Neither options nor a problem means that help is wanted.</summary>
    public static CommandLineArguments Parse(IEnumerable<string> args)
    {
        FileHasherOptions options = new("");
        Queue<string> rest = new(args);
        while (rest.TryDequeue(out string? arg))
        {
            switch (arg)
            {
                case "--help":
                    return new CommandLineArguments(null, null);
                case "--producers" or "--consumers" or "--capacity":
                    if (!rest.TryDequeue(out string? value))
                    {
                        return Wrong($"{arg} needs a number after it.");
                    }

                    if (!TryParse(value, out int number))
                    {
                        return Wrong($"{arg} is '{value}'. Give a whole number from 1 to {MaxNumber}.");
                    }

                    options = With(options, arg, number);
                    break;
                case ['-', ..]:
                    return Wrong($"There is no option '{arg}'. A directory of that name is given as './{arg}'.");
                case "":
                    return Wrong("The directory is ''. Give '.' for the current one.");
                default:
                    if (options.Directory.Length > 0)
                    {
                        return Wrong($"'{arg}' comes after the directory '{options.Directory}'. Give one directory.");
                    }

                    options = options with { Directory = arg };
                    break;
            }
        }

        return options.Directory.Length > 0 ? new CommandLineArguments(options, null) : Wrong("The directory is missing.");
    }

    private static CommandLineArguments Wrong(string problem) => new(null, problem);

    private static bool TryParse(string value, out int number) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number is >= 1 and <= MaxNumber;

    private static FileHasherOptions With(FileHasherOptions options, string name, int number) => name switch
    {
        "--producers" => options with { Producers = number },
        "--consumers" => options with { Consumers = number },
        _ => options with { Capacity = number },
    };
}
