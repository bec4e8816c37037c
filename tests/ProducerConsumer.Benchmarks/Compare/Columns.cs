using System.Globalization;

namespace ProducerConsumer.Benchmarks;

/// <summary>What the figures of a scenario are about.</summary>
internal enum FigureKind
{
    Throughput,
    HandOff,
    Pool,
}

/// <summary>How the figures of a scenario are written.</summary>
internal sealed record Columns(FigureKind Kind, string Speed, string Unit, Func<double, double> SpeedOf, string Cpu, double CpuScale, string Bytes)
{
    public static Columns Throughput { get; } =
        new(FigureKind.Throughput, "M items/s", "M/s", seconds => 1e-6 / seconds, "CPU ns", 1e9, "B/item");

    public static Columns HandOff { get; } =
        new(FigureKind.HandOff, "p50 us", "us", seconds => seconds * 1e6, "CPU us", 1e6, "B/item");

    public static Columns Pool { get; } =
        new(FigureKind.Pool, "ms", "ms", seconds => seconds * 1e3, "CPU ms", 1e3, "B each");

    public static Columns Of(FigureKind kind) => new[] { Throughput, HandOff, Pool }.Single(columns => columns.Kind == kind);

    /// <summary>A figure, or a dash where there is none.</summary>
    public static string Write(double figure, string format) =>
        double.IsNaN(figure) ? "-" : figure.ToString(format, CultureInfo.InvariantCulture);
}
