namespace FileHashing;

/// <summary>What the process returns.</summary>
public static class ExitCode
{
    /// <summary>Every file was hashed.</summary>
    public const int Success = 0;

    /// <summary>Some file or directory could not be read, or the run ended by a fault.</summary>
    public const int Failure = 1;

    /// <summary>The arguments are wrong, or there is no such directory.</summary>
    public const int BadUsage = 2;

    /// <summary>Ctrl+C ended the run, as shells report it: 128 and the number of the signal.</summary>
    public const int Canceled = 130;
}
