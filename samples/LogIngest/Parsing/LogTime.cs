using System.Buffers.Text;

namespace LogIngestion;

/// <summary>Parses times such as <c>10/Oct/2000:13:55:36 -0700</c>.</summary>
internal static class LogTime
{
    private const int Length = 26;

    /// <summary>The seconds since 1970, UTC.</summary>
    /// <exception cref="MalformedLineException">This is no such time.</exception>
    public static long Parse(ReadOnlySpan<byte> text) => TryParse(text, out long seconds)
        ? seconds
        : throw new MalformedLineException($"The time is {LineFields.Show(text)}, and not such as 10/Oct/2000:13:55:36 -0700");

    private static bool TryParse(ReadOnlySpan<byte> text, out long seconds)
    {
        seconds = 0;
        if (text.Length != Length
            || text[2] != '/' || text[6] != '/' || text[11] != ':' || text[14] != ':' || text[17] != ':' || text[20] != ' '
            || !TryParse(text[..2], 1, 31, out int day)
            || !TryParseMonth(text[3..6], out int month)
            || !TryParse(text[7..11], 1, 9999, out int year)
            || !TryParse(text[12..14], 0, 23, out int hour)
            || !TryParse(text[15..17], 0, 59, out int minute)
            || !TryParse(text[18..20], 0, 59, out int second)
            || text[21] is not ((byte)'+' or (byte)'-')
            || !TryParse(text[22..24], 0, 23, out int zoneHours)
            || !TryParse(text[24..], 0, 59, out int zoneMinutes)
            || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        long local = (new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks - DateTime.UnixEpoch.Ticks)
            / TimeSpan.TicksPerSecond;
        int zone = (zoneHours * 60 + zoneMinutes) * 60;
        seconds = text[21] == '+' ? local - zone : local + zone;
        return true;
    }

    private static bool TryParse(ReadOnlySpan<byte> text, int min, int max, out int number) =>
        Utf8Parser.TryParse(text, out number, out int used) && used == text.Length && char.IsAsciiDigit((char)text[0])
        && number >= min && number <= max;

    private static bool TryParseMonth(ReadOnlySpan<byte> text, out int month)
    {
        int index = "JanFebMarAprMayJunJulAugSepOctNovDec"u8.IndexOf(text);
        month = index / 3 + 1;
        return index >= 0 && index % 3 == 0;
    }
}
