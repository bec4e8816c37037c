namespace LogIngestion;

/// <summary>A request, as a line of the log tells of it.</summary>
/// <param name="Offset">Where the line begins.</param>
/// <param name="Time">The seconds since 1970, UTC.</param>
/// <param name="Client">The address or name of the client.</param>
/// <param name="Method">Such as GET; null when the client sent no HTTP.</param>
/// <param name="Path">The target, escaped as it is in the log; what was sent when that is no HTTP; null when nothing was sent.</param>
/// <param name="Status">The status code.</param>
/// <param name="Bytes">The size of the response; 0 when there is none.</param>
internal sealed record Request(long Offset, long Time, string Client, string? Method, string? Path, int Status, long Bytes);
