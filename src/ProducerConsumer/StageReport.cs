using System.Globalization;

namespace ProducerConsumer;

/// <summary>
/// The closed books of one stage:
/// <c>Accepted = Completed + Failed + DeadLettered + Dropped + Undelivered.Count (+ InFlight when the run was abandoned)</c>.
/// </summary>
public sealed class StageReport
{
    private readonly StageBooks _books;

    internal StageReport(StageBooks books, Type? itemType)
    {
        _books = books;
        ItemType = itemType;
    }

    /// <summary>The name of the stage.</summary>
    public string Name => _books.Name;

    /// <summary>The items that the stage took in. 0 for a producer stage, which has no input.</summary>
    public long Accepted => _books.Accepted;

    /// <summary>The items or results of this stage that the next one, or all branches together, accepted from it. 0 for a last stage.</summary>
    public long Emitted => _books.Emitted;

    /// <summary>The items whose call returned; of a batch stage, those that went on in a batch.</summary>
    public long Completed => _books.Completed;

    /// <summary>The items whose call threw for good, and that nobody took care of.</summary>
    public long Failed => _books.Failed;

    /// <summary>The items whose call threw for good, and that the dead-letter handler took.</summary>
    public long DeadLettered => _books.DeadLettered;

    /// <summary>The items that a drop mode gave up, each told to the drop handler.</summary>
    public long Dropped => _books.Dropped;

    /// <summary>The items that were accepted and not finished, handed back: first those that were started, then the others, oldest first.</summary>
    public IReadOnlyList<UndeliveredItem> Undelivered => _books.Undelivered;

    /// <summary>The items whose call was still running, or that a worker kept, when the run was abandoned; otherwise 0.</summary>
    public long InFlight => _books.InFlight;

    /// <summary>The items behind <see cref="InFlight"/>.</summary>
    public IReadOnlyList<UndeliveredItem> InFlightItems => _books.InFlightItems;

    /// <summary>How many workers were still running when the run was abandoned; otherwise 0.</summary>
    public int AbandonedWorkers => _books.Workers;

    /// <summary>The type of the items that the stage takes; null for a producer stage.</summary>
    internal Type? ItemType { get; }

    /// <summary>The books as one line of text.</summary>
    public override string ToString()
    {
        string abandoned = AbandonedWorkers > 0 ? string.Create(CultureInfo.InvariantCulture, $", {AbandonedWorkers} workers abandoned") : "";
        string emitted = Emitted > 0 ? string.Create(CultureInfo.InvariantCulture, $", {Emitted} emitted") : "";
        return ItemType is null
            ? string.Create(CultureInfo.InvariantCulture, $"{Name}: {Emitted} emitted{abandoned}")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{Name}: {Accepted} accepted{emitted} = {Completed} completed + {Failed} failed + {DeadLettered} dead-lettered + {Dropped} dropped + {Undelivered.Count} undelivered + {InFlight} in flight{abandoned}");
    }
}
