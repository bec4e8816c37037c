namespace FileHashing;

/// <summary>Checks the directory that the user names.</summary>
internal static class TopDirectory
{
    /// <summary>Why the path cannot be walked; null when it can, as far as one sees from outside.</summary>
    public static string? FindProblem(string path)
    {
        try
        {
            return FileKinds.Of(path) switch
            {
                FileKind.Directory => null,
                FileKind.Link => "Is a symbolic link, and links are not followed. Add a slash to hash what it leads to",
                _ => "Not a directory",
            };
        }
        catch (Exception error) when (Reason.IsOfFile(error))
        {
            return Reason.Of(path, error);
        }
    }
}
