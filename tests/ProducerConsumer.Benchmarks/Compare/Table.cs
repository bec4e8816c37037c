using System.Globalization;

namespace ProducerConsumer.Benchmarks;

/// <summary>Prints the medians of a scenario, with the ratios to its best peer and to the limit.</summary>
internal static class Table
{
    public static void Write(Scenario scenario, IReadOnlyList<Measured> rows)
    {
        double best = rows.Where(row => row.Role == Role.Peer).Max(row => row.ItemsPerSecond);
        double least = rows.Where(row => row.Role == Role.Peer).Min(row => row.CpuNanoseconds);
        double limit = rows.Where(row => row.Role == Role.Limit).Max(row => row.ItemsPerSecond);
        Console.WriteLine();
        Console.WriteLine($"## {scenario.Name}: {scenario.Setting}, work {scenario.Setting.Work}, {(scenario.Objects ? "objects" : "16-byte structs")}");
        Console.WriteLine($"{"",-52} {"M items/s",10} {"CPU ns",8} {"B/item",8} {"x peer",7} {"x CPU",7} {"of limit",8}");
        foreach (Measured row in rows)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Name,-52} {row.ItemsPerSecond / 1e6,10:0.000} {row.CpuNanoseconds,8:0.0} {row.Bytes,8:0.00} {row.ItemsPerSecond / best,7:0.00} {least / row.CpuNanoseconds,7:0.00} {row.ItemsPerSecond / limit,8:0.0%}"));
        }
    }
}
