namespace FileHashing;

/// <summary>A regular file, or something that could not be looked at.</summary>
/// <param name="Path">The path, beginning as the user gave it.</param>
/// <param name="Problem">Why it could not be looked at; null for a file.</param>
internal readonly record struct Found(string Path, string? Problem);

/// <summary>
/// Finds what <c>find directory -type f</c> finds. Only one directory is open at a time, however deep the tree; what is
/// not a regular file is left alone, so that a loop of links is no loop here and nothing waits for the end of a pipe.
/// </summary>
internal static class TreeWalk
{
    public static IEnumerable<Found> Walk(string directory)
    {
        Stack<string> directories = new([directory]);
        while (directories.TryPop(out string? current))
        {
            using Listing listing = new(current);
            while (listing.TryTake(out string? name))
            {
                string path = Path.Join(current, name);
                FileKind kind = Look(path, out string? problem);
                if (problem is not null || kind == FileKind.Regular)
                {
                    yield return new Found(path, problem);
                }
                else if (kind == FileKind.Directory)
                {
                    directories.Push(path);
                }
            }

            if (listing.Problem is { } reason)
            {
                yield return new Found(current, reason);
            }
        }
    }

    private static FileKind Look(string path, out string? problem)
    {
        try
        {
            problem = null;
            return FileKinds.Of(path);
        }
        catch (Exception error) when (Reason.IsOfFile(error))
        {
            problem = Reason.Of(path, error);
            return FileKind.Special;
        }
    }
}
