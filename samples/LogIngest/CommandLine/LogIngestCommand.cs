namespace LogIngestion;

/// <summary>The program, from its arguments to its exit code.</summary>
public static class LogIngestCommand
{
    /// <summary>Runs the program.</summary>
    /// <param name="args">The arguments, without the name of the program.</param>
    /// <param name="screen">Where it writes.</param>
    /// <param name="stop">The first Ctrl+C: what was read is still stored.</param>
    /// <param name="abort">The second one: the program ends as soon as it can.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(
        IEnumerable<string> args, Screen screen, CancellationToken stop = default, CancellationToken abort = default)
    {
        CommandLineArguments arguments = CommandLineArguments.Parse(args);
        if (arguments.Problem is { } problem)
        {
            screen.Error.WriteLine($"LogIngest: {problem}");
            screen.Error.WriteLine(CommandLineArguments.Usage);
            return ExitCode.BadUsage;
        }

        if (arguments.Options is not { } options)
        {
            screen.Output.WriteLine(CommandLineArguments.Usage);
            return ExitCode.Success;
        }

        return options.Generate is { } lines
            ? GenerateCommand.Run(options.File, lines, screen, stop)
            : await new LogIngest(options, screen).RunAsync(stop, abort);
    }
}
