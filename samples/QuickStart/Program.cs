using ProducerConsumer.Samples;

CancellationTokenSource stop = new(); // Not disposed: Ctrl+C may come until the process ends.
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true; // The program ends by itself, after its report.
    stop.Cancel();
};
return await QuickStartCommand.RunAsync(
    args, Console.Out, Console.Error, TimeProvider.System, Random.Shared, stop.Token);
