using System.Threading.Channels;
using ProducerConsumer.Tests;

namespace ProducerConsumer.StressTests;

/// <summary>Ten million items with a million cancelled waits in between.</summary>
public sealed class ChannelTrafficTests
{
    private const int Items = 10_000_000;

    [GuardedTheory]
    [InlineData(Cancelled.Reads, Items)]
    [InlineData(Cancelled.Watches, Items / 5)]
    [InlineData(Cancelled.Writes, Items)]
    public async Task Traffic_CancelledWaits_LosesAndRepeatsNothing(Cancelled cancelled, int items)
    {
        items = StressRun.Scaled(items);
        BoundedBuffer<int> buffer = new(16);
        TrafficReport report = await new ChannelTraffic(buffer, cancelled, items).RunAsync();
        StressRun.Print($"{cancelled}: {report}");
        report.Lost.Should().Be(0);
        report.DeliveredTwice.Should().Be(0);
        report.DeliveredThoughCancelled.Should().Be(0);
        report.Crashes.Should().Be(0);
        report.Cancellations.Should().BeGreaterThan((items / 10) - 100);
        report.Delivered.Should().Be(
            cancelled == Cancelled.Writes ? report.Attempted - report.Cancellations : report.Attempted);
        StageBooks books = buffer.ReadBooks("traffic");
        books.Accepted.Should().Be(report.Delivered);
        books.Completed.Should().Be(report.Delivered);
        books.Waiting.Should().Be(0);
    }
}
