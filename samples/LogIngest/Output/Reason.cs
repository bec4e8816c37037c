using Microsoft.Data.Sqlite;

namespace LogIngestion;

/// <summary>Says in the words of other commands what is wrong with a file.</summary>
internal static class Reason
{
    /// <summary>Whether an exception is about a file, and no mistake of the program.</summary>
    public static bool IsOfFile(Exception error) =>
        error is IOException or UnauthorizedAccessException or InvalidDataException or SqliteException;

    public static string Of(Exception error) => error switch
    {
        FileNotFoundException or DirectoryNotFoundException => "No such file or directory",
        UnauthorizedAccessException => "Permission denied",
        InvalidDataException => $"The compressed file is damaged or cut off. What could be read of it is stored; repair it and run again for the rest. ({error.Message})",
        _ => error.Message,
    };
}
