using ScottPlot;
using ScottPlot.Plottables;

namespace ProducerConsumer.Benchmarks;

/// <summary>A group of bars per scenario: the rows of the library, as ratios to the best peer.</summary>
internal static class RatioChart
{
    private const int Width = 900;
    private const int HeightOfBar = 13;
    private const int HeightAround = 150;

    /// <summary>What a group takes of the distance to the next.</summary>
    private const double GroupSize = 0.8;

    /// <summary>The best peer, push, and then what pulls.</summary>
    private static readonly string[] Palette = ["#9aa0a6", "#1f6feb", "#2da44e", "#bf8700"];

    public static void Draw(Results results, string png)
    {
        // The start of a pool is a thing of its own, and would dwarf the rest; what an order costs is a ratio to the library itself.
        List<ScenarioResult> scenarios = [.. results.Scenarios.Where(scenario =>
            scenario.Kind != FigureKind.Pool
            && scenario.Library.Count > 0
            && !scenario.BestPeer.Name.StartsWith("this library", StringComparison.Ordinal))];
        IReadOnlyList<string> library = results.LibraryRows;
        using Plot plot = new();
        AddBars(plot, scenarios, 0, library.Count + 1, "best peer", _ => 1);
        for (int i = 0; i < library.Count; i++)
        {
            int row = i;
            AddBars(plot, scenarios, i + 1, library.Count + 1, library[i], scenario =>
                row < scenario.Library.Count ? Ratios.ToBestPeer(scenario.Library[row], scenario.Rows).Speed : null);
        }

        plot.Axes.Left.SetTicks(
            [.. Enumerable.Range(0, scenarios.Count).Select(index => (double)-index)], [.. scenarios.Select(scenario => scenario.Name)]);
        plot.Axes.Left.MajorTickStyle.Length = 0;
        plot.Axes.Margins(left: 0, right: 0.08);
        plot.Axes.SetLimitsY(bottom: 0.5 - scenarios.Count, top: 0.5);
        plot.HideGrid();
        plot.Add.VerticalLine(1, width: 1, Colors.Black);
        plot.ShowLegend(Edge.Bottom);
        plot.Title("Times as fast as the best peer of each scenario");
        plot.XLabel($"{results.Machine}; {results.Runtime}", size: 11);
        plot.SavePng(png, Width, HeightAround + (scenarios.Count * (library.Count + 2) * HeightOfBar));
    }

    private static void AddBars(
        Plot plot, List<ScenarioResult> scenarios, int series, int count, string name, Func<ScenarioResult, double?> ratioOf)
    {
        double size = GroupSize / count;
        List<Bar> bars = [];
        for (int i = 0; i < scenarios.Count; i++)
        {
            if (ratioOf(scenarios[i]) is { } ratio)
            {
                bars.Add(new Bar
                {
                    // The first scenario and the first series are on top.
                    Position = -i + (GroupSize / 2) - ((series + 0.5) * size),
                    Value = ratio,
                    Size = size,
                    FillColor = Color.FromHex(Palette[series % Palette.Length]),
                    LineWidth = 0,
                    Label = series == 0 ? "" : Columns.Write(ratio, "0.0"),
                });
            }
        }

        BarPlot plotted = plot.Add.Bars(bars);
        plotted.Horizontal = true;
        plotted.LegendText = name;
        plotted.ValueLabelStyle.FontSize = 10;
    }
}
