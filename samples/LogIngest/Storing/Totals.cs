using System.Globalization;

namespace LogIngestion;

/// <summary>What a log comes to, stored or expected.</summary>
/// <param name="Requests">The lines in the combined format.</param>
/// <param name="Bytes">The sum of the sizes of their responses.</param>
/// <param name="Rejected">The other lines.</param>
public readonly record struct Totals(long Requests, long Bytes, long Rejected)
{
    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Requests} requests, {Bytes} bytes, {Rejected} rejected");
}
