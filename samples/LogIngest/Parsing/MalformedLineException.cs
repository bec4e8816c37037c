namespace LogIngestion;

/// <summary>A line is not in the combined format.</summary>
/// <param name="reason">Which part of it is wrong, and how.</param>
internal sealed class MalformedLineException(string reason) : FormatException(reason);
