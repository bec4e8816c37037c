namespace ProducerConsumer.Tests;

public sealed class WorkerPoolTests
{
    private readonly WorkerPool _pool = new(maxWorkers: 4, static () => new IdleWorker());
    private readonly IdleWorker[] _workers = [new(), new(), new(), new()];

    public WorkerPoolTests()
    {
        foreach (IdleWorker worker in _workers)
        {
            _pool.TryReserve_NeedsLock().Should().BeTrue();
            _pool.Arrive_NeedsLock(worker);
        }
    }

    [GuardedFact]
    public void WorkerPool_ParkedWorkers_AreCalledNewestFirst()
    {
        ParkAll();
        CalledInTurn().Should().Equal(NewestFirst);
        _pool.Active_NeedsLock.Should().Be(4);
    }

    [GuardedTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void WorkerPool_WorkerUnparked_IsNotCalled(int index)
    {
        ParkAll();
        _pool.TryUnpark_NeedsLock(_workers[index]).Should().BeTrue();
        _pool.Active_NeedsLock.Should().Be(1);
        _pool.TryUnpark_NeedsLock(_workers[index]).Should().BeFalse();
        _pool.Active_NeedsLock.Should().Be(1);
        CalledInTurn().Should().Equal(NewestFirst.Where(worker => worker != _workers[index]));
    }

    [GuardedFact]
    public void WorkerPool_UnparkedWorker_CanParkAgain()
    {
        ParkAll();
        _pool.TryUnpark_NeedsLock(_workers[1]).Should().BeTrue();
        _pool.Park_NeedsLock(_workers[1]);
        CalledInTurn().Should().Equal(_workers[1], _workers[3], _workers[2], _workers[0]);
    }

    [GuardedFact]
    public void WorkerPool_AllTakenOut_NobodyIsLeft()
    {
        ParkAll();
        _pool.TakeParked_NeedsLock().Should().BeEquivalentTo(_workers);
        _pool.Active_NeedsLock.Should().Be(4);
        CalledInTurn().Should().BeEmpty();
        _pool.TakeParked_NeedsLock().Should().BeEmpty();
        ParkAll();
        CalledInTurn().Should().Equal(NewestFirst);
    }

    private IEnumerable<Worker> NewestFirst => Enumerable.Reverse(_workers);

    private void ParkAll() => Array.ForEach(_workers, _pool.Park_NeedsLock);

    private List<Worker> CalledInTurn()
    {
        List<Worker> called = [];
        while (_pool.TryCallParked_NeedsLock(out WorkerPool.Call call))
        {
            called.Add(call.Worker!);
            _pool.TryCallParked_NeedsLock(out _).Should().BeFalse("one call stands until it is heard");
            _pool.Arrive_NeedsLock(call.Worker!);
        }

        return called;
    }

    private sealed class IdleWorker() : Worker(stage: null!)
    {
        protected override void Run()
        {
        }
    }
}
