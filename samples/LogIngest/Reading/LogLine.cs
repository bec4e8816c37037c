namespace LogIngestion;

/// <summary>One line of a log.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Offset">Where it begins, in bytes of the log as it is without compression. It is the key of the line.</param>
/// <param name="Text">Its bytes without the end of the line; of a line that is too long only the beginning.</param>
/// <param name="IsTooLong">Whether the line is longer than <see cref="LogFile.MaxLineLength"/>.</param>
internal readonly record struct LogLine(long Number, long Offset, ReadOnlyMemory<byte> Text, bool IsTooLong = false);
