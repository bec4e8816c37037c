using System.IO.Pipelines;
using Microsoft.Extensions.ObjectPool;

namespace FileHashing;

/// <summary>
/// The item of the pipeline: a file that a producer reads into a pipe while a consumer hashes what comes out. The pipe goes
/// back to its pool when both have ended, whichever is the last.
/// </summary>
internal sealed class OpenedFile(string path, ObjectPool<Pipe> pipes)
{
    private const int WriterEnded = 1;
    private const int ReaderEnded = 2;

    private readonly Pipe _pipe = pipes.Get();

    /// <summary>Which of the two sides have ended: 0, <see cref="WriterEnded"/>, <see cref="ReaderEnded"/> or both.</summary>
    private int _ended;

    public string Path => path;

    /// <summary>The producer's side, until it ends it.</summary>
    public PipeWriter Writer => _pipe.Writer;

    /// <summary>The consumer's side, until it ends it.</summary>
    public PipeReader Reader => _pipe.Reader;

    /// <summary>Ends the content, once.</summary>
    /// <param name="error">Why it is not complete; the consumer gets it. Null when it is.</param>
    public void EndWriting(Exception? error = null)
    {
        Writer.Complete(error);
        End(WriterEnded);
    }

    /// <summary>Says, once or more often, that nobody will read.</summary>
    public void EndReading()
    {
        if ((Volatile.Read(ref _ended) & ReaderEnded) == 0) // The caller's own write in End, or nobody's.
        {
            Reader.Complete();
            End(ReaderEnded);
        }
    }

    /// <summary>How the report names it.</summary>
    public override string ToString() => HashLine.Escape(path);

    private void End(int side)
    {
        // Whoever is second sees all that the first did with the pipe, and has it for itself.
        if (Interlocked.Or(ref _ended, side) == (WriterEnded | ReaderEnded) - side)
        {
            pipes.Return(_pipe);
        }
    }
}
