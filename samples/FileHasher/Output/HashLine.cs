namespace FileHashing;

/// <summary>Lines as <c>sha256sum</c> prints them.</summary>
public static class HashLine
{
    /// <summary>The hash, two spaces and the path. A backslash in front says that the path is escaped.</summary>
    public static string Format(ReadOnlySpan<byte> hash, string path)
    {
        string escaped = Escape(path);
        return $"{(escaped == path ? "" : "\\")}{Convert.ToHexStringLower(hash)}  {escaped}";
    }

    /// <summary>The path without the characters that would break the line, and without doubt about the escapes.</summary>
    public static string Escape(string path) =>
        path.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal)
            .Replace("\r", "\\r", StringComparison.Ordinal);
}
