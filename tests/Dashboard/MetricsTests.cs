using System.Globalization;
using System.Text;
using Cluster.Contracts.Runs;

namespace Cluster.Dashboard.Tests;

public sealed class MetricsTests : IDisposable
{
    private readonly RunsRoot _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void WhateverKeysRowsHaveAreFigures()
    {
        RunFolder run = _runs.Add("a");
        RunsRoot.Row(run, 10, "loss=0.5", "kl/3=2", "stepsPerSecond=100");
        RunsRoot.Row(run, 20, "loss=0.25", "kl/3=1", "swapRate=0.125", "stepsPerSecond=110");
        RunsRoot.Row(run, 10, "evaluate/nll=86.75");
        RunMetrics metrics = new(run);
        Assert.True(metrics.Refresh());
        Assert.False(metrics.Refresh());
        Assert.Equal(["loss", "kl/3", "stepsPerSecond", "swapRate", "evaluate/nll"], metrics.Names());
        Assert.Equal("10:0.5 20:0.25", Points(metrics, "loss"));
        Assert.Equal("20:0.125", Points(metrics, "swapRate"));
        Assert.Equal("10:86.75", Points(metrics, "evaluate/nll"));
        Assert.Equal((3, 8, 0), (metrics.Rows, metrics.Points, metrics.Damaged));
    }

    [Fact]
    public void FiguresThatCameTogetherMayPartAndMeetAgain()
    {
        RunFolder run = _runs.Add("a");
        RunsRoot.Row(run, 1, "a=1", "b=1", "c=1");
        RunsRoot.Row(run, 2, "a=2", "c=2");
        RunsRoot.Row(run, 3, "c=3", "b=3", "d=3");
        RunsRoot.Row(run, 4, "b=4");
        RunsRoot.Row(run, 5, "a=5", "b=5", "c=5", "d=5");
        RunMetrics metrics = new(run);
        metrics.Refresh();
        Assert.Equal("1:1 2:2 5:5", Points(metrics, "a"));
        Assert.Equal("1:1 3:3 4:4 5:5", Points(metrics, "b"));
        Assert.Equal("1:1 2:2 3:3 5:5", Points(metrics, "c"));
        Assert.Equal("3:3 5:5", Points(metrics, "d"));
        Assert.Equal(13, metrics.Points);
    }

    [Fact]
    public void DamagedLinesAndNumbersThatNoChartCanShowArePassedOver()
    {
        RunFolder run = _runs.Add("a");
        RunsRoot.Row(run, 1, "loss=1");
        File.AppendAllText(run.Metrics, "{\"step\":2,\"lo{\"step\":3,\"loss\":3}\n[1]\n{\"loss\":4}\n\n{\"step\":5,\"loss\":1e999,\"text\":\"x\",\"list\":[1,{\"a\":2}],\"grad\":7}\n");
        RunMetrics metrics = new(run);
        metrics.Refresh();
        Assert.Equal(["loss", "grad"], metrics.Names());
        Assert.Equal("1:1", Points(metrics, "loss"));
        Assert.Equal("5:7", Points(metrics, "grad"));
        Assert.Equal((2, 4), (metrics.Rows, metrics.Damaged));
    }

    [Fact]
    public void AResumedRunGoesBackToItsCheckpoint()
    {
        RunFolder run = _runs.Add("a");
        RunsRoot.Rows(run, "loss", [1, 2, 3, 4, 5]);
        RunMetrics metrics = new(run);
        metrics.Refresh();
        AtomicFile.WriteAllBytes(run.Metrics, Encoding.UTF8.GetBytes(string.Concat(File.ReadLines(run.Metrics).Take(2).Select(line => line + "\n"))));
        RunsRoot.Row(run, 2, "loss=30");
        Assert.True(metrics.Refresh());
        Assert.Equal("0:1 1:2 2:30", Points(metrics, "loss"));
        Assert.Equal(1, metrics.Restarts);
    }

    [Fact]
    public void AnEvaluationOfAnOlderCheckpointTakesItsPlace()
    {
        RunFolder run = _runs.Add("a");
        RunsRoot.Row(run, 200, "evaluate/nll=2");
        RunsRoot.Row(run, 100, "evaluate/nll=1");
        RunsRoot.Row(run, 300, "evaluate/nll=3");
        RunMetrics metrics = new(run);
        metrics.Refresh();
        Assert.Equal("100:1 200:2 300:3", Points(metrics, "evaluate/nll"));
        RunsRoot.Row(run, 150, "evaluate/nll=5");
        metrics.Refresh();
        Assert.Equal("100:1 150:5 200:2 300:3", Points(metrics, "evaluate/nll"));
    }

    [Fact]
    public void RunsThatNobodyLooksAtMakeRoomForOthers()
    {
        RunFolder[] runs = [_runs.Add("a"), _runs.Add("b"), _runs.Add("c")];
        foreach (RunFolder run in runs)
        {
            RunsRoot.Rows(run, "loss", Enumerable.Repeat(1.0, 100));
        }

        MetricsStore store = new(points: 250);
        RunMetrics[] first = [.. runs.Select(store.Of)];
        Assert.Same(first[2], store.Of(runs[2]));
        Assert.Same(first[1], store.Of(runs[1]));
        RunMetrics again = store.Of(runs[0]);
        Assert.NotSame(first[0], again);
        Assert.Equal(100, again.Points);
    }

    [Fact]
    public void ASketchOfALongRunReadsAFewPlacesOfTheFile()
    {
        RunFolder run = _runs.Add("a");
        RunsRoot.Rows(run, "loss", Enumerable.Range(0, 20_000).Select(each => (double)each));
        File.AppendAllText(run.Metrics, "{\"step\":20000,\"evaluate/nll\":1}\n{\"step\":2");
        IReadOnlyList<MetricsRow> rows = MetricsRow.Sketch(run, 50);
        Assert.InRange(rows.Count, 45, 50);
        Assert.All(rows, row => Assert.Equal(row.Step, row.Figures["loss"]));
        Assert.InRange(rows[0].Step, 0, 400);
        Assert.InRange(rows[^1].Step, 19_600, 19_999);
        Assert.Equal(19_999, MetricsRow.Last(run)!.Step);
        Assert.Empty(MetricsRow.Sketch(_runs.Add("empty"), 50));
    }

    /// <summary>A figure's points: <c>10:0.5 20:0.25</c>.</summary>
    private static string? Points(RunMetrics metrics, string name) => metrics.Read(name, series => string.Join(
        ' ', series.Steps.ToArray().Zip(series.Values.ToArray(), (step, value) => string.Create(CultureInfo.InvariantCulture, $"{step}:{value}"))));
}
