namespace ProducerConsumer.Benchmarks;

/// <summary>Prints the medians of a scenario, with the ratios to its best peer and to the limit.</summary>
internal static class Table
{
    public static void Write(Scenario scenario, IReadOnlyList<Measured> rows)
    {
        Columns columns = scenario.Columns;
        double limit = rows.Where(row => row.Role == Role.Limit).Select(row => row.Seconds).DefaultIfEmpty(double.NaN).Min();
        Console.WriteLine();
        Console.WriteLine($"## {scenario.Name}: {scenario.Description}");
        Console.WriteLine($"{"",-52} {columns.Speed,10} {columns.Cpu,8} {columns.Bytes,8} {"x peer",7} {"x CPU",7} {"of limit",8}");
        foreach (Measured row in rows)
        {
            Ratios ratios = Ratios.ToBestPeer(row, rows);
            Console.WriteLine(string.Join(
                ' ',
                $"{row.Name,-52}",
                Cell(columns.SpeedOf(row.Seconds), "0.000", 10),
                Cell(row.CpuSeconds * columns.CpuScale, "0.0", 8),
                Cell(row.Bytes, "0.00", 8),
                Cell(ratios.Speed, "0.00", 7),
                Cell(ratios.Cpu, "0.00", 7),
                Cell(limit / row.Seconds, "0.0%", 8)));
        }
    }

    private static string Cell(double figure, string format, int width) =>
        Columns.Write(figure, format).PadLeft(width);
}
