namespace ProducerConsumer.Benchmarks;

/// <summary><c>chart &lt;results&gt; &lt;png&gt;</c>: draws what <c>compare --save</c> wrote.</summary>
internal static class ChartCommand
{
    public static async Task<int> RunAsync(string results, string png)
    {
        RatioChart.Draw(await Results.LoadAsync(results), png);
        return 0;
    }
}
