using System.Buffers.Text;
using System.Text;

namespace LogIngestion;

/// <summary>
/// Parses lines of the combined format:
/// <c>client ident user [time] "request" status bytes "referrer" "agent"</c>. More may follow after a space.
/// </summary>
internal static class LineParser
{
    /// <summary>Larger responses are a mistake, and their sum would not be exact.</summary>
    private const long MaxBytes = 1_000_000_000_000_000;

    /// <exception cref="MalformedLineException">The line is not in this format.</exception>
    public static Request Parse(LogLine line)
    {
        if (line.IsTooLong)
        {
            throw new MalformedLineException($"The line is longer than {LogFile.MaxLineLength} bytes");
        }

        LineFields fields = new(line.Text.Span);
        ReadOnlySpan<byte> client = fields.ReadClient();
        long time = LogTime.Parse(fields.ReadTime());
        ReadOnlySpan<byte> request = fields.ReadQuoted("request");
        int status = ParseStatus(fields.ReadWord("status"));
        long bytes = ParseBytes(fields.ReadWord("size"));
        fields.ReadQuoted("referrer");
        fields.ReadQuoted("agent");
        fields.RequireEndOrSpace();
        (string? method, string? path) = Split(request);
        return new Request(line.Offset, time, Encoding.UTF8.GetString(client), method, path, status, bytes);
    }

    private static int ParseStatus(ReadOnlySpan<byte> text) =>
        text.Length == 3 && Utf8Parser.TryParse(text, out int status, out int used) && used == 3 && status is >= 100 and <= 999
            ? status
            : throw new MalformedLineException($"The status is {LineFields.Show(text)}, and not a number from 100 to 999");

    private static long ParseBytes(ReadOnlySpan<byte> text)
    {
        if (text is [(byte)'-'])
        {
            return 0;
        }

        return Utf8Parser.TryParse(text, out ulong bytes, out int used) && used == text.Length && bytes <= MaxBytes
            ? (long)bytes
            : throw new MalformedLineException($"The size is {LineFields.Show(text)}, and not - or a number of bytes");
    }

    private static (string? Method, string? Path) Split(ReadOnlySpan<byte> request)
    {
        if (request is [] or [(byte)'-'])
        {
            return (null, null); // The client connected and sent nothing, as port scanners do.
        }

        // A target may have spaces, against the rules; the protocol has none.
        int first = request.IndexOf((byte)' ');
        int last = request.LastIndexOf((byte)' ');
        return first > 0 && last > first && request[(last + 1)..].StartsWith("HTTP/"u8)
            ? (ToMethod(request[..first]), Encoding.UTF8.GetString(request[(first + 1)..last]))
            : (null, Encoding.UTF8.GetString(request));
    }

    /// <summary>Spares a string for the usual ones.</summary>
    private static string ToMethod(ReadOnlySpan<byte> method) => method switch
    {
        _ when method.SequenceEqual("GET"u8) => "GET",
        _ when method.SequenceEqual("POST"u8) => "POST",
        _ when method.SequenceEqual("HEAD"u8) => "HEAD",
        _ => Encoding.UTF8.GetString(method),
    };
}
