using System.Diagnostics.CodeAnalysis;
using System.IO.Enumeration;

namespace FileHashing;

/// <summary>The names in one directory, as they come. A failure ends the listing instead of throwing.</summary>
internal sealed class Listing(string directory) : IDisposable
{
    private static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = FileAttributes.None,
        IgnoreInaccessible = false,
    };

    /// <summary>Null until the first name is asked for.</summary>
    private IEnumerator<string>? _names;

    /// <summary>Why the listing is not complete; null while nothing failed.</summary>
    public string? Problem { get; private set; }

    /// <summary>Takes the next name; false at the end and after a failure.</summary>
    public bool TryTake([NotNullWhen(true)] out string? name)
    {
        name = null;
        try
        {
            _names ??= Open();
            name = _names.MoveNext() ? _names.Current : null;
        }
        catch (Exception error) when (Reason.IsOfFile(error))
        {
            Problem = Reason.Of(directory, error);
        }

        return name is not null;
    }

    public void Dispose() => _names?.Dispose();

    private IEnumerator<string> Open() => new FileSystemEnumerable<string>(
        directory, static (ref FileSystemEntry entry) => entry.FileName.ToString(), Everything).GetEnumerator();
}
