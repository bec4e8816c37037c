using System.Threading.Channels;

namespace ProducerConsumer.Tests;

/// <summary>What one worker sees of several branches, step by step.</summary>
public sealed class BranchingOutletTests
{
    private readonly BoundedBuffer<int> _left = new(capacity: 8);
    private readonly BoundedBuffer<int> _right = new(capacity: 1);

    [GuardedFact]
    public async Task EmitToAll_OneBranchIsFull_WaitsForItAndTheOtherHasTheItem()
    {
        BranchingOutlet<int> outlet = Create();
        await EmitToAllAsync(outlet, 1);

        ValueTask emit = EmitToAllAsync(outlet, 2);

        emit.IsCompleted.Should().BeFalse();
        outlet.IsBlocked.Should().BeTrue();
        outlet.Emitted.Should().Be(2, "both have accepted it");
        _left.Count.Should().Be(2);
        _right.TryRead(out int _).Should().BeTrue();
        await emit;
        outlet.IsBlocked.Should().BeFalse();
        _right.TryRead(out int second).Should().BeTrue();
        second.Should().Be(2);
    }

    [GuardedFact]
    public async Task EmitToAll_OneBranchIsFull_PublishesWhatWasHeldBackForTheOther()
    {
        BoundedBuffer<int> wide = new(capacity: 64);
        BranchingOutlet<int> outlet = new([wide, _right], "source");
        outlet.Begin(holdsBack: true);
        await outlet.EmitToAllAsync(1);
        wide.Count.Should().Be(0, "it is held back");
        outlet.Begin(holdsBack: true);

        ValueTask emit = outlet.EmitToAllAsync(2);

        emit.IsCompleted.Should().BeFalse();
        wide.Count.Should().Be(2);
        _right.Close(error: null);
        await emit;
    }

    [GuardedTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EmitToAll_OneBranchIsClosed_IsRefusedAndTheOtherHasTheItem(bool leftIsClosed)
    {
        BranchingOutlet<int> outlet = Create();
        (leftIsClosed ? _left : _right).Close(error: null);

        Func<Task> emit = () => EmitToAllAsync(outlet, 1).AsTask();

        await emit.Should().ThrowAsync<ChannelClosedException>();
        outlet.HasRefused.Should().BeTrue();
        outlet.IsBlocked.Should().BeFalse();
        CallResults results = outlet.End();
        results.Emitted.Should().Be(1);
        results.Refused.Should().Equal(1);
        (leftIsClosed ? _right : _left).Count.Should().Be(1);
    }

    [GuardedFact]
    public async Task EmitToAll_OneBranchIsFullAndOneIsClosed_WaitsAndIsRefused()
    {
        BranchingOutlet<int> outlet = Create();
        await EmitToAllAsync(outlet, 1);
        _left.Close(error: null);

        ValueTask emit = EmitToAllAsync(outlet, 2);

        emit.IsCompleted.Should().BeFalse();
        _right.Close(error: null);
        await FluentActions.Awaiting(() => emit.AsTask()).Should().ThrowAsync<ChannelClosedException>();
        outlet.End().Refused.Should().Equal(2);
        _right.ReadBooks("right").Undelivered.Select(entry => entry.Item).Should().Equal(1, 2);
    }

    [GuardedFact]
    public async Task EmitTo_GoesToThatBranchAloneAndSharesTheContext()
    {
        List<ItemOutcome> told = [];
        BranchingOutlet<int> outlet = Create();
        outlet.Begin(holdsBack: false);
        outlet.Context = new ItemContext(told.Add, activity: null);

        await outlet.EmitToAsync(1, 5);

        _left.Count.Should().Be(0);
        outlet.Context.Settle(ItemOutcome.Completed);
        told.Should().BeEmpty("the item of the branch holds the context");
        _right.Close(error: null);
        await _right.Told;
        told.Should().Equal(ItemOutcome.Undelivered);
    }

    private BranchingOutlet<int> Create() => new([_left, _right], "source");

    private static ValueTask EmitToAllAsync(BranchingOutlet<int> outlet, int item)
    {
        outlet.Begin(holdsBack: false);
        return outlet.EmitToAllAsync(item);
    }
}
