using ProducerConsumer.Benchmarks;

return args switch
{
    ["compare", .. string[] rest] => await CompareCommand.RunAsync(rest),
    ["micro", .. string[] rest] => MicroCommand.Run(rest),
    ["chart", string results, string png] => await ChartCommand.RunAsync(results, png),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("compare [--quick] [--save file] [--markdown file] [scenario ...]");
    Console.Error.WriteLine("micro [options of BenchmarkDotNet]");
    Console.Error.WriteLine("chart <file of compare --save> <png>");
    return 2;
}
