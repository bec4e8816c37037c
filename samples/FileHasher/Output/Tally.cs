using System.Globalization;

namespace FileHashing;

/// <summary>Counts what was done, and tells what failed.</summary>
internal sealed class Tally(Screen screen)
{
    private long _files;
    private long _bytes;
    private long _failures;

    /// <summary>The files that were hashed.</summary>
    public long Files => Interlocked.Read(ref _files);

    /// <summary>The bytes that were hashed, also of files that are not finished.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>The files and directories that could not be read.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    public void AddFile() => Interlocked.Increment(ref _files);

    public void AddBytes(int count) => Interlocked.Add(ref _bytes, count);

    public void Fail(string path, string reason)
    {
        Interlocked.Increment(ref _failures);
        screen.WriteError($"FileHasher: {HashLine.Escape(path)}: {reason}");
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Files} files, {Bytes / 1e6:0.0} MB, {Failures} failed");
}
