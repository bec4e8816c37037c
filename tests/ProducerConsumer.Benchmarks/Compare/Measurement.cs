namespace ProducerConsumer.Benchmarks;

/// <summary>The medians of one row in one scenario, per item.</summary>
internal sealed record Measured(string Name, Role Role, double Seconds, double CpuSeconds, double Bytes);

/// <summary>
/// Measures rows in turn, slice by slice in one process: shared machines change their speed within minutes, so only what
/// ran side by side can be compared.
/// </summary>
internal static class Measurement
{
    public static async Task<IReadOnlyList<Measured>> RunAsync(IReadOnlyList<Sampler> samplers, Pace pace)
    {
        try
        {
            foreach (Sampler sampler in samplers)
            {
                await sampler.WarmUpAsync(pace);
            }

            List<Sample>[] samples = [.. samplers.Select(_ => new List<Sample>())];
            for (int round = 0; round < pace.Rounds; round++)
            {
                for (int turn = 0; turn < samplers.Count; turn++)
                {
                    int i = (turn + round) % samplers.Count;
                    samples[i].Add(await samplers[i].TakeAsync());
                }
            }

            return [.. samplers.Select((sampler, i) => Summarize(sampler, samples[i]))];
        }
        finally
        {
            foreach (Sampler sampler in samplers)
            {
                await sampler.DisposeAsync();
            }
        }
    }

    private static Measured Summarize(Sampler sampler, List<Sample> samples) => new(
        sampler.Name,
        sampler.Role,
        Median(samples.Select(sample => sample.Seconds)),
        Median(samples.Select(sample => sample.CpuSeconds)),
        Median(samples.Select(sample => sample.Bytes)));

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
