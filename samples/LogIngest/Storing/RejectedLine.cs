namespace LogIngestion;

/// <summary>A malformed line.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="Number">Its number in the log, from 1.</param>
/// <param name="Reason">What is wrong with it.</param>
/// <param name="Text">The line; of one that is too long only the beginning.</param>
internal sealed record RejectedLine(long Offset, long Number, string Reason, string Text);
