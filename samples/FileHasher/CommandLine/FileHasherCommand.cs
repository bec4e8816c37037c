namespace FileHashing;

/// <summary>The program, from its arguments to its exit code.</summary>
public static class FileHasherCommand
{
    /// <summary>Runs the program.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IEnumerable<string> args, Screen screen, CancellationToken cancellationToken = default)
    {
        CommandLineArguments arguments = CommandLineArguments.Parse(args);
        if (arguments.Problem is { } problem)
        {
            screen.WriteError($"FileHasher: {problem}");
            screen.WriteError(CommandLineArguments.Usage);
            return ExitCode.BadUsage;
        }

        if (arguments.Options is not { } options)
        {
            screen.WriteOutput(CommandLineArguments.Usage);
            return ExitCode.Success;
        }

        return await new FileHasher(options, screen).RunAsync(cancellationToken);
    }
}
