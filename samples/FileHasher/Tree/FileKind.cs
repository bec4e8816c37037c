namespace FileHashing;

/// <summary>What a path names, without following a link.</summary>
internal enum FileKind
{
    Regular,
    Directory,
    Link,

    /// <summary>A pipe, a socket or a device. Opening one may wait for ever.</summary>
    Special,
}
