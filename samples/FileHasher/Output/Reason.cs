namespace FileHashing;

/// <summary>Says in the words of other commands why a file cannot be read.</summary>
internal static class Reason
{
    /// <summary>Whether an exception is about one file, so that the others can still be hashed.</summary>
    public static bool IsOfFile(Exception error) => error is IOException or UnauthorizedAccessException;

    public static string Of(string path, Exception error)
    {
        string reason = error switch
        {
            FileNotFoundException or DirectoryNotFoundException => "No such file or directory",
            UnauthorizedAccessException => "Permission denied",
            _ => error.Message,
        };

        // .NET reads this character for bytes that are no UTF-8, and then asks for a file that does not exist.
        return path.Contains('\uFFFD', StringComparison.Ordinal)
            ? $"{reason} (a name that is not valid UTF-8 cannot be opened)"
            : reason;
    }
}
