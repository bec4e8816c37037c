using System.Globalization;

namespace LogIngestion;

/// <summary>Makes up the lines of a log, the same ones each time, and keeps the account that reading them has to give.</summary>
internal sealed class LogGenerator
{
    /// <summary>One line of so many is malformed.</summary>
    private const int LinesPerMalformed = 100;

    private static readonly string[] Methods = ["GET", "GET", "GET", "GET", "POST", "HEAD", "DELETE"];
    private static readonly string[] Pages =
        ["/", "/index.html", "/search?q=a+b&lang=de", "/img/logo.png", "/api/v2/orders", "/caf%C3%A9", "/a b"];
    private static readonly string[] Statuses = ["200", "200", "200", "200", "301", "304", "404", "499", "500"];
    private static readonly string[] Agents =
    [
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        "curl/8.5.0", "-", """Agent \"quoted\" \\""", "Grüße/1.0",
    ];

    private readonly Random _random = new(20_000);
    private DateTimeOffset _time = new(2025, 1, 1, 0, 0, 0, TimeSpan.FromHours(1));

    /// <summary>What the lines so far come to.</summary>
    public Totals Totals { get; private set; }

    public string Next()
    {
        _time += TimeSpan.FromMilliseconds(_random.Next(400));
        if (_random.Next(LinesPerMalformed) == 0)
        {
            Totals = Totals with { Rejected = Totals.Rejected + 1 };
            return NextMalformed();
        }

        // Every tenth response has no body.
        int bytes = _random.Next(10) == 0 ? 0 : _random.Next(1_000_000);
        Totals = Totals with { Requests = Totals.Requests + 1, Bytes = Totals.Bytes + bytes };
        string size = bytes == 0 ? "-" : bytes.ToString(CultureInfo.InvariantCulture);
        return Format(Time, Pick(Statuses), size);
    }

    /// <summary>The time with the zone as logs have it, without a colon.</summary>
    private string Time => _time.ToString("dd/MMM/yyyy:HH:mm:ss zz'00'", CultureInfo.InvariantCulture);

    private string NextMalformed() => _random.Next(6) switch
    {
        0 => "",
        1 => "just some words",
        2 => Format(Time, "200", "12")[.._random.Next(10, 40)], // Cut off before the status.
        3 => Format("31/Feb/2025:00:00:00 +0100", "200", "12"),
        4 => Format(Time, "abc", "12"),
        _ => Format(Time, "200", "-5"),
    };

    private string Format(string time, string status, string size) =>
        $"{NextClient()} - - [{time}] \"{NextRequest()}\" {status} {size} \"https://example.org/\" \"{Pick(Agents)}\"";

    private string NextClient() => _random.Next(5) == 0
        ? $"2001:db8::{_random.Next(0xFFFF):x}"
        : $"192.0.{_random.Next(256)}.{_random.Next(256)}";

    private string NextRequest() => _random.Next(200) switch
    {
        0 => "-",
        1 => """\x16\x03\x01""",
        _ => $"{Pick(Methods)} {Pick(Pages)} HTTP/{(_random.Next(2) == 0 ? "1.1" : "2.0")}",
    };

    private string Pick(string[] choices) => choices[_random.Next(choices.Length)];
}
