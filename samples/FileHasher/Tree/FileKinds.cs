using System.Runtime.InteropServices;

namespace FileHashing;

/// <summary>Tells what a path names without opening it.</summary>
internal static partial class FileKinds
{
    private const int AtCurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const uint TypeOnly = 1;

    /// <summary>What the path names.</summary>
    /// <exception cref="IOException">There is no such path, or it cannot be looked at.</exception>
    public static FileKind Of(string path) =>
        OperatingSystem.IsLinux() ? OfMode(ReadMode(path)) : OfAttributes(File.GetAttributes(path));

    private static ushort ReadMode(string path) =>
        Statx(AtCurrentDirectory, path, NoFollow, TypeOnly, out Status status) == 0
            ? status.Mode
            : throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));

    private static FileKind OfMode(ushort mode) => (mode & 0xF000) switch
    {
        0x8000 => FileKind.Regular,
        0x4000 => FileKind.Directory,
        0xA000 => FileKind.Link,
        _ => FileKind.Special,
    };

    private static FileKind OfAttributes(FileAttributes attributes)
    {
        if (attributes.HasFlag(FileAttributes.ReparsePoint))
        {
            return FileKind.Link;
        }

        return attributes.HasFlag(FileAttributes.Directory) ? FileKind.Directory : FileKind.Regular;
    }

    // The attributes that .NET knows cannot tell a pipe from a file. Of the calls that can, statx alone has one layout on
    // every architecture.
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int directory, string path, int flags, uint mask, out Status status);

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        [FieldOffset(28)]
        public ushort Mode;
    }
}
