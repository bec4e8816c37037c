using System.Text;

namespace ProducerConsumer.Benchmarks;

/// <summary>The results as the README shows them: one line per scenario, against its best peer.</summary>
internal static class MarkdownTable
{
    public static string Create(Results results)
    {
        IReadOnlyList<string> library = results.LibraryRows;
        StringBuilder text = new();
        text.Append(results.Conditions).Append("\n\n");
        text.Append("| Scenario | Best peer | ").AppendJoin(" | ", library).Append(" | CPU | B/item |\n");
        text.Append("|---|---|").Insert(text.Length, "---|", library.Count).Append("---|---|\n");
        foreach (ScenarioResult scenario in results.Scenarios)
        {
            text.Append("| ").AppendJoin(" | ", Cells(scenario, library.Count)).Append(" |\n");
        }

        return text.ToString();
    }

    private static IEnumerable<string> Cells(ScenarioResult scenario, int libraryRows)
    {
        Columns columns = Columns.Of(scenario.Kind);
        Measured peer = scenario.BestPeer;
        Ratios[] ratios = [.. scenario.Library.Select(row => Ratios.ToBestPeer(row, scenario.Rows))];
        yield return scenario.Name;
        yield return $"{peer.Name}, {Columns.Write(columns.SpeedOf(peer.Seconds), "0.0##")} {columns.Unit}";
        for (int i = 0; i < libraryRows; i++)
        {
            yield return i < ratios.Length ? $"{Columns.Write(ratios[i].Speed, "0.00")}x" : "";
        }

        yield return string.Join(" / ", ratios.Select(ratio => $"{Columns.Write(ratio.Cpu, "0.00")}x"));
        yield return string.Join(" / ", scenario.Library.Select(row => Columns.Write(row.Bytes, "0.00")));
    }
}
