using ProducerConsumer.Benchmarks;

return args is ["compare", .. string[] rest]
    ? await CompareCommand.RunAsync(rest)
    : Usage();

static int Usage()
{
    Console.Error.WriteLine("Usage: compare [--quick] [scenario ...]");
    return 2;
}
