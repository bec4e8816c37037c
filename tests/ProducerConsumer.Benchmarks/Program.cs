using ProducerConsumer.Benchmarks;

return args switch
{
    ["compare", .. string[] rest] => await CompareCommand.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("compare [--quick] [--save file] [--markdown file] [scenario ...]");
    return 2;
}
