namespace LogIngestion;

/// <summary>Where the program writes.</summary>
/// <param name="Output">Takes what is in the database at the end.</param>
/// <param name="Error">Takes messages, the progress line and the report.</param>
/// <param name="ShowsProgress">Whether a person sees the messages; there is a progress line only then.</param>
public sealed record Screen(TextWriter Output, TextWriter Error, bool ShowsProgress = false);
