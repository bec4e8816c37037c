namespace LogIngestion;

/// <summary>What the process returns.</summary>
public static class ExitCode
{
    /// <summary>Every line is in the database, as a request or as a rejected line.</summary>
    public const int Success = 0;

    /// <summary>The log could not be read to its end, or something could not be written.</summary>
    public const int Failure = 1;

    /// <summary>The arguments are wrong, or what they name cannot be opened.</summary>
    public const int BadUsage = 2;

    /// <summary>Ctrl+C ended the run, as shells report it: 128 and the number of the signal.</summary>
    public const int Canceled = 130;
}
