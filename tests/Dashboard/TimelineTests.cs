using Cluster.Contracts;

namespace Cluster.Dashboard.Tests;

public sealed class TimelineTests
{
    private static readonly DateTime Start = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void LanesSayWhoComputedSentAndWaited()
    {
        Timeline timeline = Timeline.Of(new StepTrace("trace",
        [
            Span("root", null, "workflow.step", 0, 10) with { Step = 7 },
            Span("m1", "a call", "actor.message", 1, 8) with { Actor = "run/generator/0", Place = "silo a", Label = "Step" },
            Span("w1", "m1", "device.run", 2, 2) with { Place = "cpu/1", Label = "learn" },
            Span("x1", "m1", "exchange.reduce", 3, 3),
            Span("w2", "x1", "device.run", 9.5, 0.5) with { Place = "cpu/1", Label = "set" },
            Span("m2", "another call", "actor.message", 0.5, 1) with { Actor = "run/shard/0", Place = "silo b", Label = "Add" },
            Span("w3", "nobody we know", "device.run", 4, 1) with { Place = "cpu/1" },
        ]))!;
        Assert.Equal((7, 10), (timeline.Step, timeline.Seconds));
        Assert.Equal(["run/shard/0", "run/generator/0"], timeline.Lanes.Select(lane => lane.Actor));
        Lane lane = timeline.Lanes[1];
        Assert.Equal(("silo a", "cpu/1"), (lane.Silo, lane.Device));

        // Computed 2 to 4 and 9.5 to 10; exchanged 3 to 6, of which 4 to 6 without computing; there from 1 to 10.
        Assert.Equal((2.5, 2, 4.5), (lane.Computed, lane.Sent, lane.Waited));
        Assert.Equal((1, 10), (lane.From, lane.Until));
        Assert.Equal([BarKind.Message, BarKind.Send, BarKind.Compute, BarKind.Compute], lane.Bars.Select(bar => bar.Kind));
        Assert.Equal((0, 0, 1), (timeline.Lanes[0].Computed, timeline.Lanes[0].Sent, timeline.Lanes[0].Waited));
    }

    [Fact]
    public void AStepThatHasNotEndedHasNoTimeline() =>
        Assert.Null(Timeline.Of(new StepTrace("trace", [Span("m1", "root", "actor.message", 0, 1) with { Actor = "run/generator/0" }])));

    [Fact]
    public void ASiloThatTheClusterForgotShowsAsLostUntilItIsBack()
    {
        SiloNow a = Silo("a", "S1"), b = Silo("b", "S2"), c = Silo("c", "S3", draining: true);
        ClusterMap merged = ClusterView.Merge(new ClusterMap("", [a, b, c]), new ClusterMap("", [a]));
        Assert.Equal([("a", SiloPresence.Active), ("b", SiloPresence.Lost), ("c", SiloPresence.Left)], merged.Silos.Select(silo => (silo.Report.Name, silo.State)));
        merged = ClusterView.Merge(merged, new ClusterMap("", [a, Silo("b", "S4")]));
        Assert.Equal([("a", SiloPresence.Active), ("b", SiloPresence.Active)], merged.Silos.Select(silo => (silo.Report.Name, silo.State)));
    }

    private static StepSpan Span(string id, string? parent, string name, double from, double seconds) =>
        new(id, parent, name, null, null, null, null, Start.AddSeconds(from), seconds, null);

    private static SiloNow Silo(string name, string address, bool draining = false) => new(
        SiloPresence.Active, new SiloReport(address, name, "", "", Start, draining, 1, 0, 0, [], new Dictionary<string, int>(StringComparer.Ordinal), []), [], []);
}
