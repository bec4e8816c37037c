using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;

namespace FileHashing;

/// <summary>The work of the consumers: hashes what a producer reads, and prints the line.</summary>
internal sealed class FileDigester(Screen screen, Tally tally)
{
    public async ValueTask HashAsync(OpenedFile file, CancellationToken cancellationToken)
    {
        byte[] hash;
        try
        {
            hash = await ComputeAsync(file.Reader, cancellationToken);
        }
        catch (Exception error) when (Reason.IsOfFile(error))
        {
            tally.Fail(file.Path, Reason.Of(file.Path, error));
            return;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            tally.Fail(file.Path, "The run was stopped before the file was read"); // The producers heard of it first.
            return;
        }
        finally
        {
            file.EndReading();
        }

        screen.WriteOutput(HashLine.Format(hash, file.Path));
        tally.AddFile();
    }

    private async ValueTask<byte[]> ComputeAsync(PipeReader pipe, CancellationToken cancellationToken)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        while (true)
        {
            // One segment at a time, so that the producer reads on while the others are hashed.
            ReadResult read = await pipe.ReadAsync(cancellationToken);
            ReadOnlySequence<byte> content = read.Buffer;
            ReadOnlyMemory<byte> piece = content.First;
            hash.AppendData(piece.Span);
            tally.AddBytes(piece.Length);
            bool ended = read.IsCompleted && piece.Length == content.Length;
            pipe.AdvanceTo(content.GetPosition(piece.Length));
            if (ended)
            {
                return hash.GetHashAndReset();
            }
        }
    }
}
