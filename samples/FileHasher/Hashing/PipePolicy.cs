using System.IO.Pipelines;
using Microsoft.Extensions.ObjectPool;

namespace FileHashing;

/// <summary>Makes the pipes that hold at most about 256 KiB of a file, in buffers from the shared pool.</summary>
internal sealed class PipePolicy : PooledObjectPolicy<Pipe>
{
    private static readonly PipeOptions Options = new(
        pauseWriterThreshold: 256 * 1024,
        resumeWriterThreshold: 128 * 1024,
        minimumSegmentSize: 64 * 1024,
        useSynchronizationContext: false);

    public override Pipe Create() => new(Options);

    /// <summary>Both ends have given back their buffers when they ended, so that an idle pipe holds none.</summary>
    public override bool Return(Pipe obj)
    {
        obj.Reset();
        return true;
    }
}
