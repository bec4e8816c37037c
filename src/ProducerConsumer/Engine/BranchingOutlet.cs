using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ProducerConsumer;

/// <summary>
/// The ways of one worker's items into the buffers of several next stages. Each call emits once, to one branch or to all;
/// the worker goes on when the slowest of them has room.
/// </summary>
/// <param name="buffers">The buffers of the first stages of the branches.</param>
/// <param name="source">The name of the stage that the items come from.</param>
internal sealed class BranchingOutlet<T>(IEnumerable<BoundedBuffer<T>> buffers, string source) : Outlet
{
    private readonly Outlet<T>[] _branches = [.. buffers.Select(buffer => new Outlet<T>(buffer, source))];

    /// <summary>What the call or the publication that is under way waits for: branches without room, or closed ones, which have refused.</summary>
    private readonly List<ValueTask> _waits = [];

    /// <summary>The number of branches.</summary>
    public int Count => _branches.Length;

    /// <summary>Emits an item to all branches, whether or not one of them is full or closed. As <see cref="Outlet{T}.EmitAsync(T)"/>.</summary>
    public ValueTask EmitToAllAsync(T item)
    {
        foreach (Outlet<T> branch in _branches)
        {
            Emit(branch, item);
        }

        return WaitForAll();
    }

    /// <summary>Emits an item to one branch. As <see cref="Outlet{T}.EmitAsync(T)"/>.</summary>
    public ValueTask EmitToAsync(int index, T item)
    {
        Emit(_branches[index], item);
        return WaitForAll();
    }

    public override ValueTask PublishAsync()
    {
        foreach (Outlet<T> branch in _branches)
        {
            WaitFor(branch.PublishAsync());
        }

        return WaitForAll();
    }

    public override void Offer()
    {
        foreach (Outlet<T> branch in _branches)
        {
            branch.Offer();
        }
    }

    public override void Release()
    {
        foreach (Outlet<T> branch in _branches)
        {
            branch.Release();
        }
    }

    /// <summary>Emits to one branch on behalf of the call that is running, and takes over what became of it.</summary>
    private void Emit(Outlet<T> branch, T item)
    {
        branch.Begin(HoldsBack);
        branch.Context = Context;
        WaitFor(branch.EmitAsync(item));
        CallResults results = branch.End();
        Emitted += results.Emitted;
        if (results.Refused.Length > 0)
        {
            (Refused ??= []).AddRange(results.Refused);
        }
    }

    private void WaitFor(ValueTask step)
    {
        if (step.IsCompletedSuccessfully)
        {
            step.GetAwaiter().GetResult(); // What it stands for goes back to its pool.
        }
        else
        {
            _waits.Add(step);
        }
    }

    private ValueTask WaitForAll() => _waits.Count == 0 ? default : WaitAsync();

    /// <summary>Pooled: it may happen for every item.</summary>
    [AsyncMethodBuilder(typeof(PooledBuilder))]
    private async ValueTask WaitAsync()
    {
        IsBlocked = true;
        Offer(); // While one branch holds the worker up, the others are to have what they were given.
        foreach (ValueTask wait in _waits)
        {
            try
            {
                await wait.ConfigureAwait(false);
            }
            catch (ChannelClosedException)
            {
                // Refused, which is noted.
            }
        }

        _waits.Clear();
        IsBlocked = false;
        if (HasRefused)
        {
            throw new ChannelClosedException();
        }
    }
}
