using System.IO.Pipelines;
using System.Threading.Channels;
using Microsoft.Extensions.ObjectPool;

namespace FileHashing;

/// <summary>The work of the producers: takes files from the walk, opens each, posts it and streams its content behind.</summary>
internal sealed class FileReader(SharedWalk walk, Func<string, Stream> openFile, ObjectPool<Pipe> pipes, Tally tally)
{
    public async ValueTask ReadAsync(ChannelWriter<OpenedFile> writer, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested && walk.TryTake(out Found found))
        {
            if (found.Problem is { } problem)
            {
                tally.Fail(found.Path, problem);
            }
            else if (TryOpen(found.Path) is { } content)
            {
                await using (content)
                {
                    await SendAsync(found.Path, content, writer, cancellationToken);
                }
            }
        }
    }

    private Stream? TryOpen(string path)
    {
        try
        {
            return openFile(path);
        }
        catch (Exception error) when (Reason.IsOfFile(error))
        {
            tally.Fail(path, Reason.Of(path, error));
            return null;
        }
    }

    private async ValueTask SendAsync(
        string path, Stream content, ChannelWriter<OpenedFile> writer, CancellationToken cancellationToken)
    {
        OpenedFile file = new(path, pipes);
        try
        {
            // Before the pipe is filled: nobody empties the pipe of a file that was not posted.
            await writer.WriteAsync(file, cancellationToken);
        }
        catch
        {
            file.EndReading(); // The pipeline did not take it, so there is no reader.
            file.EndWriting();
            throw;
        }

        Exception? error = null;
        try
        {
            await FillAsync(file.Writer, content, cancellationToken);
        }
        catch (Exception thrown) when (Reason.IsOfFile(thrown))
        {
            error = thrown; // One file that cannot be read; its consumer tells.
        }
        catch (Exception thrown)
        {
            error = thrown;
            throw;
        }
        finally
        {
            file.EndWriting(error);
        }
    }

    private static async ValueTask FillAsync(PipeWriter pipe, Stream content, CancellationToken cancellationToken)
    {
        int count;
        while ((count = await content.ReadAsync(pipe.GetMemory(), cancellationToken)) > 0)
        {
            pipe.Advance(count);
            FlushResult flush = await pipe.FlushAsync(cancellationToken);
            if (flush.IsCompleted)
            {
                return; // The consumer has given up.
            }
        }
    }
}
