namespace LogIngestion;

/// <summary>
/// Writes the dead-letter file: line number, reason and line, with tabs between. It is written anew from the database at
/// the end of each run, so that it never has a line twice; the file that others see is always whole.
/// </summary>
internal static class RejectedFile
{
    public static void Write(string path, IEnumerable<RejectedLine> lines)
    {
        string unfinished = $"{path}.tmp";
        using (StreamWriter writer = new(unfinished) { NewLine = "\n" })
        {
            foreach (RejectedLine line in lines)
            {
                writer.WriteLine($"{line.Number}\t{line.Reason}\t{line.Text}");
            }
        }

        File.Move(unfinished, path, overwrite: true);
    }
}
