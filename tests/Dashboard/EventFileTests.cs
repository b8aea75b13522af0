using System.Text;
using Cluster.Contracts.Runs;

namespace Cluster.Dashboard.Tests;

public sealed class EventFileTests : IDisposable
{
    private readonly RunsRoot _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void AnIndependentReaderFindsScalarsAndPicturesInTheOrderOfSteps()
    {
        RunFolder run = _runs.Add("a-001");
        RunsRoot.Row(run, 10, "loss=0.5", "stepsPerSecond=100");
        RunsRoot.Row(run, 300, "loss=-1e-5", "stepsPerSecond=0");
        RunsRoot.Row(run, 10, "evaluate/nll=86.75");
        RunsRoot.Sample(run, 200);
        RunsRoot.Evaluation(run, 300, "latent");
        RunsRoot.Event(run, "checkpoint", 200, "step-000200", seconds: 100);
        RunsRoot.Event(run, "finished", 300, "after 300 of 300 steps", seconds: 300);

        string logs = Path.Combine(_runs.Base, "logs");
        EventFileResult written = EventFile.Write(run, logs);
        Assert.Equal(Path.Combine(logs, "a-001", "events.out.tfevents.1772366400.cluster"), written.Path);
        Assert.Equal(5, written.Events);
        Assert.Single(Directory.EnumerateFiles(Path.Combine(logs, "a-001")));

        byte[][] records = [.. EventReader.Records(File.ReadAllBytes(written.Path))];
        EventReader.Event[] events = [.. records.Select(EventReader.Read)];
        Assert.Equal("brain.Event:2", events[0].Version);
        const double Start = 1772366400;
        Assert.Equal(
            [
                "0@0:",
                "10@5: loss=0.5 stepsPerSecond=100",
                "10@5: evaluate/nll=86.75",
                "200@100: samples=3x2x1",
                "300@300: loss=-1E-05",
                "300@300: evaluation/latent=3x2x1",
            ],
            events.Select(each => $"{each.Step}@{each.WallTime - Start}:{string.Concat(each.Values.Select(value => $" {value.Tag}={value.Shown}"))}"));
        Assert.Equal(RunsRoot.Png, events[3].Values[0].Image);

        // Exporting again replaces the file.
        RunsRoot.Row(run, 400, "loss=2");
        Assert.Equal(written.Path, EventFile.Write(run, logs).Path);
        Assert.Equal(7, EventReader.Records(File.ReadAllBytes(written.Path)).Count());
    }

    [Fact]
    public void TheReaderNoticesAnyChangedByte()
    {
        RunFolder run = _runs.Add("a");
        RunsRoot.Row(run, 1, "loss=1");
        byte[] file = File.ReadAllBytes(EventFile.Write(run, _runs.Base).Path);
        for (int at = 0; at < file.Length; at++)
        {
            byte[] changed = [.. file];
            changed[at] ^= 1;
            Assert.ThrowsAny<Exception>(() => EventReader.Records(changed).ToArray());
        }
    }

    [Fact]
    public void TheSumIsThatOfRfc3720() => Assert.Equal(0xE3069283, EventReader.Crc32C(Encoding.ASCII.GetBytes("123456789")));

    [Fact]
    public void NegativeAndLargeNumbersAreWrittenAsTheFormatHasThem()
    {
        // The examples of the encoding's own documentation, and a negative number, which takes ten bytes.
        Assert.Equal("089601", Hex(new ProtoWriter().Integer(1, 150)));
        Assert.Equal("120774657374696e67", Hex(new ProtoWriter().Text(2, "testing")));
        Assert.Equal("1a03089601", Hex(new ProtoWriter().Message(3, new ProtoWriter().Integer(1, 150))));
        Assert.Equal("08feffffffffffffffff01", Hex(new ProtoWriter().Integer(1, -2)));
        Assert.Equal("09000000000000f03f", Hex(new ProtoWriter().Double(1, 1)));
        Assert.Equal("150000803f", Hex(new ProtoWriter().Float(2, 1)));
    }

    private static string Hex(ProtoWriter message) => Convert.ToHexStringLower(message.Written);
}
