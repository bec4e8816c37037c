namespace FileHashing;

/// <summary>Where the program writes. Lines stay whole, whoever writes at once, and the progress line never mixes with them.</summary>
/// <param name="output">Takes the hash lines.</param>
/// <param name="error">Takes messages, the progress line and the report.</param>
/// <param name="outputIsTerminal">Whether a person sees the hash lines, so that the progress line must make way for each.</param>
/// <param name="errorIsTerminal">Whether a person sees the messages; there is a progress line only then.</param>
public sealed class Screen(TextWriter output, TextWriter error, bool outputIsTerminal = false, bool errorIsTerminal = false)
{
    private readonly Lock _gate = new();

    /// <summary>How many characters the progress line shows; 0 when it is not there. Guarded by <see cref="_gate"/>.</summary>
    private int _shown;

    /// <summary>Whether there is somebody to show progress to.</summary>
    public bool ShowsProgress => errorIsTerminal;

    /// <summary>Writes one line of result.</summary>
    public void WriteOutput(string line)
    {
        lock (_gate)
        {
            if (outputIsTerminal)
            {
                Clear_NeedsLock();
            }

            output.Write(line + "\n"); // One write, and the same on every system.
        }
    }

    /// <summary>Writes one message.</summary>
    public void WriteError(string line)
    {
        lock (_gate)
        {
            Clear_NeedsLock();
            error.WriteLine(line);
        }
    }

    /// <summary>Replaces the progress line; an empty one clears it.</summary>
    public void ShowProgress(string line)
    {
        lock (_gate)
        {
            if (line.Length < _shown)
            {
                Clear_NeedsLock();
            }

            if (line.Length > 0)
            {
                error.Write("\r" + line);
            }

            _shown = line.Length;
        }
    }

    private void Clear_NeedsLock()
    {
        if (_shown > 0)
        {
            error.Write("\r" + new string(' ', _shown) + "\r");
            _shown = 0;
        }
    }
}
