using System.IO.Compression;
using System.Runtime.CompilerServices;

namespace LogIngestion;

/// <summary>
/// Reads a log line by line, in chunks that the lines share: what is in memory are the chunks of the lines that somebody
/// still works on.
/// </summary>
internal sealed class LogFile : IAsyncDisposable
{
    /// <summary>The longest line in bytes, without its end; longer ones are malformed and never in memory as a whole.</summary>
    public const int MaxLineLength = ChunkSize - 1;

    private const int ChunkSize = 64 * 1024; // Larger ones would be large objects, which are collected late.
    private const int BeginningLength = 1024;
    private const int ShownOfLongLine = 256;

    private readonly Stream _content;

    /// <summary>Replaced when it is full, as lines refer to it.</summary>
    private byte[] _chunk = new byte[ChunkSize];

    /// <summary>The bytes of the chunk that were read.</summary>
    private int _filled;

    /// <summary>Whether there is nothing more to read.</summary>
    private bool _hasEnded;

    private LogFile(Stream content) => _content = content;

    /// <summary>How the log begins, by which it is told from another log of the same name.</summary>
    public ReadOnlyMemory<byte> Beginning { get; private set; }

    /// <summary>Why the log could not be read to its end; null while it can.</summary>
    public Exception? Problem { get; private set; }

    /// <summary>Opens a log and reads its beginning.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static async Task<LogFile> OpenAsync(string path, Func<string, Stream> openFile)
    {
        if (Directory.Exists(path))
        {
            throw new IOException("Is a directory. Give a file");
        }

        Stream file = openFile(path);
        LogFile log;
        try
        {
            log = new LogFile(IsCompressed(file) ? new GZipStream(file, CompressionMode.Decompress) : file);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }

        await log.FillAsync(CancellationToken.None);
        log.Beginning = log._chunk.AsMemory(0, Math.Min(log._filled, BeginningLength));
        return log;
    }

    /// <summary>
    /// All lines, to be read once. The last one may be without an end. When reading fails they end with the last line
    /// that is whole, and <see cref="Problem"/> says why.
    /// </summary>
    public async IAsyncEnumerable<LogLine> ReadLinesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        long number = 1;
        long position = 0; // Of the chunk in the log.
        int begin = 0; // Of the line in the chunk.
        LogLine? longLine = null;
        while (true)
        {
            int length = _chunk.AsSpan(begin, _filled - begin).IndexOf((byte)'\n');
            if (length >= 0)
            {
                yield return longLine ?? new LogLine(number, position + begin, TrimReturn(_chunk.AsMemory(begin, length)));
                longLine = null;
                number++;
                begin += length + 1;
                continue;
            }

            if (_filled - begin == ChunkSize)
            {
                longLine ??= new LogLine(number, position, _chunk.AsMemory(0, ShownOfLongLine), IsTooLong: true);
                begin = ChunkSize;
            }

            if (_hasEnded)
            {
                break;
            }

            position += begin;
            StartChunk(begin);
            begin = 0;
            await FillAsync(cancellationToken);
        }

        if (Problem is null && (longLine is not null || _filled > begin))
        {
            yield return longLine ?? new LogLine(number, position + begin, TrimReturn(_chunk.AsMemory(begin, _filled - begin)));
        }
    }

    public ValueTask DisposeAsync() => _content.DisposeAsync();

    private static bool IsCompressed(Stream file)
    {
        Span<byte> magic = stackalloc byte[2];
        bool isCompressed = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic is [0x1F, 0x8B];
        file.Position = 0;
        return isCompressed;
    }

    private static ReadOnlyMemory<byte> TrimReturn(ReadOnlyMemory<byte> line) =>
        line.Span is [.., (byte)'\r'] ? line[..^1] : line;

    /// <summary>Begins a chunk with the bytes behind the lines of the old one.</summary>
    private void StartChunk(int begin)
    {
        byte[] chunk = new byte[ChunkSize];
        _chunk.AsSpan(begin, _filled - begin).CopyTo(chunk);
        _chunk = chunk;
        _filled -= begin;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (_filled < ChunkSize && !_hasEnded)
            {
                int count = await _content.ReadAsync(_chunk.AsMemory(_filled), cancellationToken);
                _filled += count;
                _hasEnded = count == 0;
            }
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            Problem = error;
            _hasEnded = true;
        }
    }
}
