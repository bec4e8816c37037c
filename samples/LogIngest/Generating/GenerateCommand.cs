using System.IO.Compression;

namespace LogIngestion;

/// <summary>Writes a log for a test, and tells what reading it has to give.</summary>
internal static class GenerateCommand
{
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(string path, int lines, Screen screen, CancellationToken stop)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.CreateNew);
        }
        catch (Exception error) when (Reason.IsOfFile(error))
        {
            string reason = File.Exists(path) ? "There is a file of this name, which is not overwritten" : Reason.Of(error);
            screen.Error.WriteLine($"LogIngest: {path}: {reason}");
            return ExitCode.BadUsage;
        }

        try
        {
            Totals totals = Write(file, lines, stop);
            screen.Output.WriteLine($"{path}: {totals}");
            return ExitCode.Success;
        }
        catch (Exception error) when (Reason.IsOfFile(error) || error is OperationCanceledException)
        {
            File.Delete(path); // Half a log would not give the numbers of a whole one.
            screen.Error.WriteLine($"LogIngest: {path}: {Reason.Of(error)}");
            return error is OperationCanceledException ? ExitCode.Canceled : ExitCode.Failure;
        }
    }

    private static Totals Write(FileStream file, int lines, CancellationToken stop)
    {
        using Stream content = file.Name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
            ? new GZipStream(file, CompressionLevel.Fastest)
            : file;
        using StreamWriter writer = new(content) { NewLine = "\n" };
        LogGenerator generator = new();
        for (int line = 0; line < lines; line++)
        {
            stop.ThrowIfCancellationRequested();
            writer.WriteLine(generator.Next());
        }

        return generator.Totals;
    }
}
