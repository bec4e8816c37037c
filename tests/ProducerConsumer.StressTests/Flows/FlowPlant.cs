namespace ProducerConsumer.StressTests;

/// <summary>Puts the stages of a flow into a pipeline, and is what their code has in common.</summary>
internal sealed class FlowPlant(Flow flow, FlowBooks books, FlowMoment moment, GateKeeper keeper, FlowClock clock)
{
    public FlowBooks Books => books;

    /// <summary>Adds the stages from a position on.</summary>
    public PipelineRecipe<int> Add<T>(PipelineBuilder<int, T> builder, int position = 0) => flow.Steps[position].Add(builder, this, position);

    /// <summary>The code of a stage is called. What is to happen at this call happens here, but for its own fault.</summary>
    public FlowCall Begin(int position, object? item)
    {
        Parcel parcel = Parcel.Of(item);
        bool isMoment = false;
        FlowFailing? failing = flow.Steps[position].Failing;
        FlowCall call = books.CallsOf(position).Begin(parcel, (number, attempt) =>
        {
            isMoment = position == flow.Place && number == flow.Moment;
            bool isDoomed = flow.Happening == FlowHappening.HandlerFault
                && position == flow.Place
                && number >= flow.Moment
                && number < flow.Moment + flow.Faults;
            isDoomed |= failing is not null && failing.Fails(parcel, attempt, flow.Salt);
            return new FlowCall(
                parcel, attempt, isLast: attempt >= (failing?.MaxAttempts ?? 1), isDoomed ? CreateFault($"{parcel}, call {attempt}") : null);
        });
        if (isMoment)
        {
            moment.Reach();
        }

        return call;
    }

    /// <summary>A source is about to make an item.</summary>
    public void BeginSource(int item)
    {
        MoveClock(Parcel.Of(item));
        if (flow.Place >= 0 || item + 1 != flow.Moment)
        {
            return;
        }

        if (flow.Happening == FlowHappening.SourceFault)
        {
            InvalidOperationException fault = new($"the fault of the source of {item}");
            books.FailSource(fault);
            throw fault;
        }

        moment.Reach();
    }

    /// <summary>Takes the time that the code of a stage takes, for what it is called for or for one of its results.</summary>
    public ValueTask PauseAsync(FlowStep step, FlowCall call, CancellationToken cancellationToken, Parcel? parcel = null)
    {
        parcel ??= call.Item;
        MoveClock(parcel);
        int roll = parcel.Roll(flow.Salt, sides: 16);
        switch (step.Pace)
        {
            case FlowPace.AlwaysYields:
            case FlowPace.SometimesYields when roll < 4:
                return SuspendAsync(call, async () => await Task.Yield(), heeds: roll % 2 == 0, cancellationToken);
            case FlowPace.SometimesSuspends when roll < 4:
                bool heeds = roll % 2 == 0;
                return SuspendAsync(
                    call,
                    () => keeper.PassAsync(inline: roll < 2, heeds ? cancellationToken : CancellationToken.None),
                    heeds,
                    cancellationToken);
            case FlowPace.SometimesBlocks when roll == 0:
                keeper.Block();
                return default;
            default:
                return default;
        }
    }

    /// <summary>As <see cref="PauseAsync"/>, for code that cannot suspend.</summary>
    public void Pause(FlowStep step, Parcel parcel)
    {
        MoveClock(parcel);
        if (step.Pace == FlowPace.SometimesBlocks && parcel.Roll(flow.Salt, sides: 16) == 0)
        {
            keeper.Block();
        }
    }

    /// <summary>The dead-letter handler of a stage.</summary>
    public async ValueTask LetterAsync(int position, Parcel item, ItemFailure failure, CancellationToken cancellationToken)
    {
        FlowCall call = books.CallsOf(position).BeginLetter(item, failure);
        int roll = item.Roll(flow.Salt + 2, sides: 8);
        if (roll < 4)
        {
            try
            {
                await keeper.PassAsync(inline: roll == 0, roll < 2 ? cancellationToken : CancellationToken.None);
            }
            catch (OperationCanceledException)
            {
                call.EndLetter(FlowEnd.Canceled);
                throw;
            }
        }

        if (flow.Steps[position].Failing!.FailsLetter(item, flow.Salt))
        {
            InvalidOperationException doom = new($"the fault of the dead letter {item}");
            call.EndLetter(FlowEnd.Failed, doom);
            throw doom;
        }

        call.EndLetter(FlowEnd.Returned);
    }

    /// <summary>Not often: most batches are to become full.</summary>
    private void MoveClock(Parcel parcel)
    {
        if (parcel.Roll(flow.Salt + 1, sides: 8) == 0 && flow.Steps.OfType<BatchStep>().Any(step => step.HasWait))
        {
            clock.Move();
        }
    }

    private static async ValueTask SuspendAsync(FlowCall call, Func<Task> pause, bool heeds, CancellationToken cancellationToken)
    {
        try
        {
            await pause();
            if (heeds)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException)
        {
            call.Cancel();
            throw;
        }
    }

    /// <summary>A cancellation that nobody asked for is a fault like others, as long as no other fault cancelled the tokens.</summary>
    private Exception CreateFault(string name) => flow.Faults == 1 && flow.Salt % 2 == 0 && flow.Steps.All(step => step.Failing is null)
        ? new OperationCanceledException($"the cancellation of {name}")
        : new InvalidOperationException($"the fault of {name}");
}
