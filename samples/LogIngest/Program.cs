using System.Runtime.InteropServices;
using LogIngestion;

using CancellationTokenSource stop = new();
using CancellationTokenSource abort = new();
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
{
    // The first Ctrl+C stops the reading and stores what was read, the second gives that up, the third ends the process.
    signal.Cancel = !abort.IsCancellationRequested;
    (stop.IsCancellationRequested ? abort : stop).Cancel();
});
Screen screen = new(Console.Out, Console.Error, ShowsProgress: !Console.IsErrorRedirected);
return await LogIngestCommand.RunAsync(args, screen, stop.Token, abort.Token);
