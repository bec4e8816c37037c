using System.Text;

namespace LogIngestion;

/// <summary>Takes a line apart from its beginning to its end.</summary>
internal ref struct LineFields(ReadOnlySpan<byte> line)
{
    private const int MaxShown = 40;

    private ReadOnlySpan<byte> _rest = line;

    public ReadOnlySpan<byte> ReadClient()
    {
        if (_rest.IsEmpty)
        {
            throw new MalformedLineException("The line is empty");
        }

        ReadOnlySpan<byte> client = ReadUntil(_rest.IndexOf((byte)' '), "client");
        return client.IsEmpty ? throw new MalformedLineException("The client is missing") : client;
    }

    /// <summary>What is in brackets. The ident and the user before it are left out; there may be spaces in them.</summary>
    public ReadOnlySpan<byte> ReadTime()
    {
        int begin = _rest.IndexOf(" ["u8);
        if (begin < 0)
        {
            throw new MalformedLineException("There is no time in brackets");
        }

        _rest = _rest[(begin + 2)..];
        ReadOnlySpan<byte> time = ReadUntil(_rest.IndexOf((byte)']'), "time");
        _rest = _rest[1..];
        return time;
    }

    /// <summary>A field in quotes, with its escapes.</summary>
    public ReadOnlySpan<byte> ReadQuoted(string name)
    {
        if (_rest is not [(byte)' ', (byte)'"', ..])
        {
            throw new MalformedLineException($"The {name} in quotes is missing");
        }

        _rest = _rest[2..];
        ReadOnlySpan<byte> quoted = ReadUntil(FindQuote(), name);
        _rest = _rest[1..];
        return quoted;
    }

    /// <summary>A field that ends at the next space.</summary>
    public ReadOnlySpan<byte> ReadWord(string name)
    {
        if (_rest is not [(byte)' ', ..])
        {
            throw new MalformedLineException($"The {name} is missing");
        }

        _rest = _rest[1..];
        return ReadUntil(_rest.IndexOf((byte)' '), name);
    }

    public readonly void RequireEndOrSpace()
    {
        if (_rest is not ([] or [(byte)' ', ..]))
        {
            throw new MalformedLineException($"After the agent comes {Show(_rest)}, and not a space");
        }
    }

    /// <summary>A value in quotes for a message: not too long, and on one line.</summary>
    public static string Show(ReadOnlySpan<byte> value)
    {
        StringBuilder text = new(Encoding.UTF8.GetString(value[..Math.Min(value.Length, MaxShown)]));
        for (int index = 0; index < text.Length; index++)
        {
            if (char.IsControl(text[index]))
            {
                text[index] = '?';
            }
        }

        return $"'{text}{(value.Length > MaxShown ? "..." : "")}'";
    }

    private ReadOnlySpan<byte> ReadUntil(int end, string name)
    {
        if (end < 0)
        {
            throw new MalformedLineException($"The line ends in the {name}");
        }

        ReadOnlySpan<byte> field = _rest[..end];
        _rest = _rest[end..];
        return field;
    }

    /// <summary>The next quote that no backslash escapes.</summary>
    private readonly int FindQuote()
    {
        int from = 0;
        while (true)
        {
            int next = _rest[from..].IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0 || _rest[from + next] == '"')
            {
                return next < 0 ? -1 : from + next;
            }

            from = Math.Min(from + next + 2, _rest.Length);
        }
    }
}
