using System.Runtime.InteropServices;
using FileHashing;

using CancellationTokenSource stop = new();
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
{
    signal.Cancel = !stop.IsCancellationRequested; // The second Ctrl+C ends the process at once.
    stop.Cancel();
});
using StreamWriter output = new(Console.OpenStandardOutput()) { AutoFlush = true }; // UTF-8 in every locale, as the names are.
Screen screen = new(output, Console.Error, !Console.IsOutputRedirected, !Console.IsErrorRedirected);
return await FileHasherCommand.RunAsync(args, screen, stop.Token);
