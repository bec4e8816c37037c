using System.Text;
using LogIngestion;
using ProducerConsumer.Tests;

namespace ProducerConsumer.Samples.Tests;

/// <summary>How a file becomes lines, whether it is compressed or not, and however little a read returns.</summary>
public sealed class LogFileTests
{
    public static MatrixTheoryData<bool, int> Files => new([false, true], [1, 1000, int.MaxValue]);

    [GuardedTheory]
    [MemberData(nameof(Files))]
    public async Task ReadLines_SeveralKindsOfEnds_GivesNumbersAndOffsets(bool isCompressed, int step)
    {
        List<LogLine> lines = await ReadAsync("a\nbc\r\n\n\r\nd\re\nend"u8.ToArray(), isCompressed, step);
        lines.Select(line => (line.Number, line.Offset, TextOf(line))).Should().Equal(
            (1, 0, "a"), (2, 2, "bc"), (3, 6, ""), (4, 7, ""), (5, 9, "d\re"), (6, 13, "end"));
    }

    [GuardedTheory]
    [MemberData(nameof(Files))]
    public async Task ReadLines_LinesOfAllLengths_GivesEachWhole(bool isCompressed, int step)
    {
        string[] texts = [.. Enumerable.Range(0, 400).Select(number => new string((char)('a' + (number % 26)), number * 7))];
        List<LogLine> lines = await ReadAsync(Encoding.ASCII.GetBytes(string.Join('\n', texts) + "\n"), isCompressed, step);
        lines.Select(TextOf).Should().Equal(texts);
        lines.Select(line => line.Offset).Should().Equal(
            texts.Select((_, index) => texts.Take(index).Sum(text => text.Length + 1L)));
    }

    [GuardedTheory]
    [InlineData(LogFile.MaxLineLength, false)]
    [InlineData(LogFile.MaxLineLength + 1, true)]
    [InlineData(1_000_000, true)]
    [InlineData(10 * (LogFile.MaxLineLength + 1), true)]
    public async Task ReadLines_LongLine_KeepsOnlyItsBeginning(int length, bool isTooLong)
    {
        byte[] content = Encoding.ASCII.GetBytes($"first\n{new string('x', length)}\nlast\n{new string('y', length)}");
        List<LogLine> lines = await ReadAsync(content);
        lines.Select(line => (line.Number, line.Offset, line.IsTooLong)).Should().Equal(
            (1, 0, false), (2, 6, isTooLong), (3, length + 7, false), (4, length + 12, isTooLong));
        lines.Select(line => line.Text.Length).Should().Equal(5, isTooLong ? 256 : length, 4, isTooLong ? 256 : length);
        TextOf(lines[3])[..256].Should().Be(new string('y', 256));
    }

    [GuardedTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadLines_EmptyFile_GivesNone(bool isCompressed) =>
        (await ReadAsync([], isCompressed)).Should().BeEmpty();

    [GuardedFact]
    public async Task ReadLines_SeveralMembers_GivesTheLinesOfAll()
    {
        byte[] content = [.. TestLog.Compress("a\nb"u8.ToArray()), .. TestLog.Compress([]), .. TestLog.Compress("c\nd\n"u8.ToArray())];
        (await ReadAsync(content)).Select(TextOf).Should().Equal("a", "bc", "d");
    }

    [GuardedFact]
    public async Task ReadLines_CutOffAnywhere_GivesWholeLinesAndSaysSo()
    {
        string[] texts = [.. Enumerable.Range(0, 300).Select(TestLog.Line)];
        byte[] compressed = TestLog.Compress(Encoding.ASCII.GetBytes(string.Join('\n', texts) + "\n"));
        for (int length = 2; length < compressed.Length; length += 11)
        {
            await using LogFile log = await OpenAsync(new MemoryStream(compressed[..length]));
            string[] lines = [.. (await CollectAsync(log)).Select(TextOf)];
            lines.Should().Equal(texts[..lines.Length]);
            log.Problem.Should().BeOfType<InvalidDataException>();
        }
    }

    [GuardedFact]
    public async Task ReadLines_ReadFails_GivesWholeLinesAndSaysSo()
    {
        byte[] content = Encoding.ASCII.GetBytes("one\ntwo\n" + new string('x', 100_000));
        await using LogFile log = await OpenAsync(new HookedStream(
            content, (position, _) => position > 10 ? throw new IOException("Input/output error") : default));
        (await CollectAsync(log)).Select(TextOf).Should().Equal("one", "two");
        log.Problem.Should().BeOfType<IOException>().Which.Message.Should().Be("Input/output error");
    }

    private static async Task<List<LogLine>> ReadAsync(byte[] content, bool isCompressed = false, int step = int.MaxValue)
    {
        await using LogFile log = await OpenAsync(new SteppingStream(isCompressed ? TestLog.Compress(content) : content, step));
        List<LogLine> lines = await CollectAsync(log);
        log.Problem.Should().BeNull();
        return lines;
    }

    private static Task<LogFile> OpenAsync(Stream content) => LogFile.OpenAsync("nowhere", _ => content);

    private static async Task<List<LogLine>> CollectAsync(LogFile log)
    {
        List<LogLine> lines = [];
        await foreach (LogLine line in log.ReadLinesAsync(TestContext.Current.CancellationToken))
        {
            lines.Add(line);
        }

        return lines;
    }

    private static string TextOf(LogLine line) => Encoding.UTF8.GetString(line.Text.Span);

    /// <summary>Returns at most so many bytes from a read.</summary>
    private sealed class SteppingStream(byte[] content, int step) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, step)], cancellationToken);
    }
}
