using System.Text;
using LogIngestion;
using ProducerConsumer.Tests;

namespace ProducerConsumer.Samples.Tests;

public sealed class LineParserTests
{
    private const string Time = "[10/Oct/2000:13:55:36 -0700]";

    [GuardedFact]
    public void Parse_CombinedLine_GivesTheRequest()
    {
        LogLine line = new(3, 17, Encoding.UTF8.GetBytes(
            $"127.0.0.1 - frank {Time} \"GET /apache_pb.gif HTTP/1.0\" 200 2326 \"http://www.example.com/start.html\" \"Mozilla/4.08 [en] (Win98; I ;Nav)\""));
        LineParser.Parse(line).Should().Be(new Request(17, 971_211_336, "127.0.0.1", "GET", "/apache_pb.gif", 200, 2326));
    }

    [GuardedTheory]
    [InlineData("2001:db8::8a2e:370:7334", "2001:db8::8a2e:370:7334")]
    [InlineData("host.example.org", "host.example.org")]
    public void Parse_Client_IsKept(string client, string expected) =>
        Parse($"{client} - - {Time} \"GET / HTTP/1.1\" 200 1 \"-\" \"-\"").Client.Should().Be(expected);

    [GuardedTheory]
    [InlineData("GET / HTTP/1.1", "GET", "/")]
    [InlineData("POST /a?b=c HTTP/2.0", "POST", "/a?b=c")]
    [InlineData("HEAD * HTTP/3", "HEAD", "*")]
    [InlineData("M-SEARCH /upnp HTTP/1.1", "M-SEARCH", "/upnp")]
    [InlineData("GET /a b HTTP/1.1", "GET", "/a b")]
    [InlineData("""GET /\"x\"/\\ HTTP/1.1""", "GET", """/\"x\"/\\""")]
    [InlineData("GET /grün HTTP/1.1", "GET", "/grün")]
    [InlineData("-", null, null)]
    [InlineData("", null, null)]
    [InlineData("""\x16\x03\x01""", null, """\x16\x03\x01""")]
    [InlineData("GET /old", null, "GET /old")]
    public void Parse_Request_GivesMethodAndPath(string request, string? method, string? path)
    {
        Request parsed = Parse($"::1 - - {Time} \"{request}\" 400 0 \"-\" \"-\"");
        parsed.Method.Should().Be(method);
        parsed.Path.Should().Be(path);
    }

    [GuardedTheory]
    [InlineData("-", 0)]
    [InlineData("0", 0)]
    [InlineData("1000000000000000", 1_000_000_000_000_000)]
    public void Parse_Size_IsANumber(string size, long bytes) =>
        Parse($"::1 - - {Time} \"GET / HTTP/1.1\" 304 {size} \"-\" \"-\"").Bytes.Should().Be(bytes);

    [GuardedTheory]
    [InlineData("01/Jan/1970:00:00:00 +0000", 0)]
    [InlineData("01/Jan/1970:02:30:01 +0230", 1)]
    [InlineData("31/Dec/1969:23:59:59 +0000", -1)]
    [InlineData("29/Feb/2024:12:00:00 +0000", 1_709_208_000)]
    public void Parse_Time_IsInUtc(string time, long seconds) =>
        Parse($"::1 - - [{time}] \"GET / HTTP/1.1\" 200 1 \"-\" \"-\"").Time.Should().Be(seconds);

    [GuardedTheory]
    [InlineData($$"""::1 - some user {{Time}} "-" 200 1 "-" "-" """)]
    [InlineData($$"""::1 - - {{Time}} "-" 200 1 "-" "quoted \"agent\" \\" """)]
    [InlineData($$"""::1 - - {{Time}} "-" 200 1 "" "" 0.005 "more" """)]
    public void Parse_OtherFields_AreLeftOut(string line) =>
        Parse(line.TrimEnd()).Should().Be(new Request(0, 971_211_336, "::1", null, null, 200, 1));

    [GuardedTheory]
    [InlineData("", "The line is empty")]
    [InlineData(" ", "The client is missing")]
    [InlineData("words", "The line ends in the client")]
    [InlineData("some words", "There is no time in brackets")]
    [InlineData("::1 - - [10/Oct/2000", "The line ends in the time")]
    [InlineData("::1 - - []", "The time is '', and not such as 10/Oct/2000:13:55:36 -0700")]
    [InlineData("::1 - - [30/Feb/2000:13:55:36 -0700]", "The time is '30/Feb/2000:13:55:36 -0700', and")]
    [InlineData("::1 - - [10/oct/2000:13:55:36 -0700]", "The time is")]
    [InlineData("::1 - - [10/anF/2000:13:55:36 -0700]", "The time is")]
    [InlineData("::1 - - [10/Oct/2000:24:00:00 -0700]", "The time is")]
    [InlineData("::1 - - [10/Oct/2000:13:60:00 -0700]", "The time is")]
    [InlineData("::1 - - [10/Oct/2000:13:55:60 -0700]", "The time is")]
    [InlineData("::1 - - [+1/Oct/2000:13:55:36 -0700]", "The time is")]
    [InlineData("::1 - - [10/Oct/0000:13:55:36 -0700]", "The time is")]
    [InlineData("::1 - - [10/Oct/2000:13:55:36 *0700]", "The time is")]
    [InlineData("::1 - - [2000-10-10T13:55:36.00+00:00]", "The time is")]
    [InlineData($"::1 - - {Time}", "The request in quotes is missing")]
    [InlineData($"::1 - - {Time} -", "The request in quotes is missing")]
    [InlineData($"::1 - - {Time} \"GET /", "The line ends in the request")]
    [InlineData($$"""::1 - - {{Time}} "GET /\" 200 1 """, "The line ends in the request")]
    [InlineData($"::1 - - {Time} \"GET /\\", "The line ends in the request")]
    [InlineData($"::1 - - {Time} \"-\"200", "The status is missing")]
    [InlineData($"::1 - - {Time} \"-\" 200", "The line ends in the status")]
    [InlineData($"::1 - - {Time} \"-\" abc 1 ", "The status is 'abc', and not a number from 100 to 999")]
    [InlineData($"::1 - - {Time} \"-\" 099 1 ", "The status is '099'")]
    [InlineData($"::1 - - {Time} \"-\" 2000 1 ", "The status is '2000'")]
    [InlineData($"::1 - - {Time} \"-\" +20 1 ", "The status is '+20'")]
    [InlineData($"::1 - - {Time} \"-\" 200 1", "The line ends in the size")]
    [InlineData($"::1 - - {Time} \"-\" 200 -1 ", "The size is '-1', and not - or a number of bytes")]
    [InlineData($"::1 - - {Time} \"-\" 200 1.5 ", "The size is '1.5'")]
    [InlineData($"::1 - - {Time} \"-\" 200  1", "The size is ''")]
    [InlineData($"::1 - - {Time} \"-\" 200 1000000000000001 ", "The size is '1000000000000001'")]
    [InlineData($"::1 - - {Time} \"-\" 200 99999999999999999999 ", "The size is '99999999999999999999'")]
    [InlineData($"::1 - - {Time} \"-\" 200 1 ", "The referrer in quotes is missing")]
    [InlineData($"::1 - - {Time} \"-\" 200 1 \"-\"", "The agent in quotes is missing")]
    [InlineData($"::1 - - {Time} \"-\" 200 1 \"-\" \"Moz", "The line ends in the agent")]
    [InlineData($"::1 - - {Time} \"-\" 200 1 \"-\" \"-\"x", "After the agent comes 'x', and not a space")]
    public void Parse_MalformedLine_SaysWhy(string line, string reason)
    {
        Action parse = () => Parse(line);
        parse.Should().Throw<MalformedLineException>().Which.Message.Should().StartWith(reason);
    }

    [GuardedFact]
    public void Parse_LongLine_SaysWhy()
    {
        Action parse = () => LineParser.Parse(new LogLine(1, 0, "::1"u8.ToArray(), IsTooLong: true));
        parse.Should().Throw<MalformedLineException>().WithMessage("The line is longer than 65535 bytes");
    }

    [GuardedFact]
    public void Parse_StrangeBytes_AreShownOnOneShortLine()
    {
        Action parse = () => LineParser.Parse(new LogLine(1, 0, (byte[])[.. "::1 - - [\t\r\u001b"u8, 0xFF, 0, .. new byte[90], (byte)']']));
        parse.Should().Throw<MalformedLineException>().Which.Message.Should()
            .StartWith("The time is '???\uFFFD???").And.Contain("...', and not such as");
    }

    private static Request Parse(string line) => LineParser.Parse(new LogLine(1, 0, Encoding.UTF8.GetBytes(line)));
}
