using System.Globalization;

namespace ProducerConsumer.Samples;

/// <summary>The command line of <see cref="QuickStart"/>.</summary>
public static class QuickStartCommand
{
    /// <summary>The exit code for arguments that make no sense.</summary>
    public const int BadArguments = 2;

    private const double DefaultSeconds = 1;
    private const double MostSeconds = 24 * 60 * 60;

    private const string Help = """
        The classic program: 20 producers and 5 consumers, joined by a bounded channel. Each item is a random number of
        seconds, which its producer sleeps before writing it and its consumer after reading it.

        Usage: QuickStart [--max-seconds SECONDS]

          --max-seconds SECONDS  The longest sleep, from 0 to 86400; 10 is the original timing. The default is 1.
          --help                 Shows this text.

        Ctrl+C ends the program early, with its report and exit code 130.
        """;

    /// <summary>Reads the arguments and runs the program; returns the exit code.</summary>
    /// <param name="args">The arguments, without the name of the program.</param>
    /// <param name="output">Receives what the program prints.</param>
    /// <param name="error">Receives what is wrong with the arguments.</param>
    /// <param name="timeProvider">The clock of the program.</param>
    /// <param name="random">Makes the items.</param>
    /// <param name="cancellationToken">Ends the program early.</param>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> args,
        TextWriter output,
        TextWriter error,
        TimeProvider timeProvider,
        Random random,
        CancellationToken cancellationToken)
    {
        if (args.Contains("--help"))
        {
            output.WriteLine(Help);
            return 0;
        }

        if (TryParse(args, out double maxSeconds) is { } problem)
        {
            error.WriteLine($"{problem} See --help.");
            return BadArguments;
        }

        return await QuickStart.RunAsync(maxSeconds, output, timeProvider, random, cancellationToken);
    }

    /// <summary>Returns what is wrong with the arguments; <see langword="null"/> when nothing is.</summary>
    private static string? TryParse(IReadOnlyList<string> args, out double maxSeconds)
    {
        maxSeconds = DefaultSeconds;
        for (int i = 0; i < args.Count; i += 2)
        {
            if (args[i] != "--max-seconds")
            {
                return $"'{args[i]}' is no option of this program: the options are --max-seconds and --help.";
            }

            if (i + 1 == args.Count)
            {
                return "'--max-seconds' has no value: give a number of seconds after it.";
            }

            string text = args[i + 1];
            if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out maxSeconds))
            {
                return $"'{text}' is not a number: give --max-seconds a number such as 10 or 0.5.";
            }

            // NaN is not in the range either.
            if (maxSeconds is not (>= 0 and <= MostSeconds))
            {
                return $"'{text}' is no time to sleep: give --max-seconds a number from 0 to {MostSeconds:0}, which is a day.";
            }
        }

        return null;
    }
}
