using System.Net;
using System.Text.Json;
using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Dashboard.Tests;

public sealed class EndpointTests : IDisposable
{
    private readonly RunsRoot _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public async Task TheListHasEachRunWithStateFiguresAndASketch()
    {
        RunFolder run = _runs.Add("a-001", RunState.Failed, step: 60, problem: "The loss is not finite");
        RunsRoot.Row(run, 10, "loss=4", "score=1");
        RunsRoot.Row(run, 20, "loss=3", "score=2", "stepsPerSecond=50");
        RunsRoot.Row(run, 20, "evaluate/nll=9");
        RunsRoot.Sample(run, 10);
        RunsRoot.Sample(run, 20);
        _runs.Add("b-001", RunState.Running, step: 5);
        Directory.CreateDirectory(Path.Combine(_runs.Path, "no-run"));
        await using Served served = await Served.Start(_runs);

        JsonElement list = await served.Get("/api/runs");
        Assert.Equal(_runs.Path, list.GetProperty("folder").GetString());
        Assert.Equal(["a-001", "b-001"], list.GetProperty("runs").EnumerateArray().Select(each => each.GetProperty("name").GetString()));
        JsonElement first = list.GetProperty("runs")[0];
        Assert.Equal("failed", first.GetProperty("state").GetString());
        Assert.Equal("gan", first.GetProperty("kind").GetString());
        Assert.Equal("The loss is not finite", first.GetProperty("problem").GetString());
        Assert.Equal((60, 100), (first.GetProperty("step").GetInt64(), first.GetProperty("steps").GetInt64()));
        Assert.Equal(50, first.GetProperty("stepsPerSecond").GetDouble());
        Assert.Equal("[{\"name\":\"loss\",\"value\":3},{\"name\":\"score\",\"value\":2}]", first.GetProperty("figures").GetRawText());
        Assert.Equal(("loss", "{\"steps\":[10,20],\"values\":[4,3]}"), (first.GetProperty("metric").GetString(), first.GetProperty("sketch").GetRawText()));
        Assert.Equal(20, first.GetProperty("sample").GetInt64());

        JsonElement other = (await served.Get("/api/runs?metric=score")).GetProperty("runs")[0];
        Assert.Equal(("score", "[1,2]"), (other.GetProperty("metric").GetString(), other.GetProperty("sketch").GetProperty("values").GetRawText()));

        // Nobody holds the lock of a run that says it is training.
        Assert.Equal("interrupted", list.GetProperty("runs")[1].GetProperty("state").GetString());
    }

    [Fact]
    public async Task ARunThatAProcessHoldsIsRunning()
    {
        RunFolder run = _runs.Add("a-001", RunState.Running, step: 0);
        RunsRoot.Row(run, 40, "loss=4");
        await using Served served = await Served.Start(_runs);
        using (new FileStream(run.Lock, FileMode.Create, FileAccess.ReadWrite, FileShare.None))
        {
            JsonElement summary = (await served.Get("/api/runs/a-001")).GetProperty("run");
            Assert.Equal(("running", 40), (summary.GetProperty("state").GetString(), summary.GetProperty("step").GetInt64()));
        }
    }

    [Fact]
    public async Task ARunHasItsFiguresPicturesCheckpointsEventsAndFile()
    {
        RunFolder run = _runs.Add("a-001");
        RunsRoot.Row(run, 10, "loss=4");
        RunsRoot.Row(run, 20, "loss=3");
        RunsRoot.Row(run, 20, "evaluate/nll=9");
        File.AppendAllText(run.Metrics, "torn\n");
        RunsRoot.Sample(run, 10);
        RunsRoot.Evaluation(run, 20, "samples");
        string checkpoint = RunsRoot.Checkpoint(run, 20);
        Directory.CreateDirectory(Path.Combine(run.Checkpoints, "step-000030"));
        RunsRoot.Event(run, "finished", 20, "after 20 of 20 steps", seconds: 2);
        await using Served served = await Served.Start(_runs);

        JsonElement detail = await served.Get("/api/runs/a-001");
        Assert.Equal(
            "[{\"name\":\"loss\",\"count\":2,\"last\":3},{\"name\":\"evaluate/nll\",\"count\":1,\"last\":9}]", detail.GetProperty("metrics").GetRawText());
        Assert.Equal((3, 1), (detail.GetProperty("rows").GetInt64(), detail.GetProperty("damaged").GetInt64()));
        Assert.Equal("[10]", detail.GetProperty("samples").GetRawText());
        Assert.Equal("[{\"step\":20,\"name\":\"samples\"}]", detail.GetProperty("evaluations").GetRawText());
        JsonElement only = Assert.Single(detail.GetProperty("checkpoints").EnumerateArray());
        Assert.Equal(("step-000020", 4), (only.GetProperty("name").GetString(), only.GetProperty("bytes").GetInt64()));
        Assert.Equal(
            "9f64a747e1b97f131fabb6b447296c9b6f0201e79fb3c5356e6c77e89b6a806a", only.GetProperty("files")[0].GetProperty("sha256").GetString());
        Assert.Equal(["started", "finished"], detail.GetProperty("events").EnumerateArray().Select(each => each.GetProperty("kind").GetString()));
        Assert.Contains("latent: 4", detail.GetProperty("experiment").GetString(), StringComparison.Ordinal);
        Assert.Equal(2, (await served.Get("/api/runs/a-001/events")).GetArrayLength());

        Assert.Equal(JsonValueKind.Null, (await served.Get("/api/runs/a-001/checkpoints/step-000020/check")).GetProperty("problem").ValueKind);
        File.WriteAllBytes(Path.Combine(checkpoint, "generator.safetensors"), [1, 2, 3, 5]);
        Assert.Equal(
            "generator.safetensors does not have the SHA-256 of its manifest",
            (await served.Get("/api/runs/a-001/checkpoints/step-000020/check")).GetProperty("problem").GetString());
    }

    [Fact]
    public async Task CurvesComeForAnyRunsAndFiguresMadeShort()
    {
        RunsRoot.Rows(_runs.Add("a"), "loss", Enumerable.Range(0, 100_000).Select(step => step == 77_777 ? 500.0 : Math.Cos(step)));
        RunsRoot.Rows(_runs.Add("b"), "loss", [1, 2, 3]);
        await using Served served = await Served.Start(_runs);

        JsonElement curves = await served.Get("/api/curves?run=a&run=b&metric=loss&metric=none&buckets=100&smooth=0.9");
        Assert.Equal(["a", "b"], curves.EnumerateArray().Select(each => each.GetProperty("run").GetString()));
        double[] values = [.. curves[0].GetProperty("curve").GetProperty("values").EnumerateArray().Select(each => each.GetDouble())];
        Assert.InRange(values.Length, 100, 202);
        Assert.Equal(500, values.Max());
        Assert.Equal(100_000, curves[0].GetProperty("count").GetInt32());
        Assert.InRange(curves[0].GetProperty("smooth").GetProperty("values").GetArrayLength(), 100, 202);
        Assert.Equal("[1,2,3]", curves[1].GetProperty("curve").GetProperty("values").GetRawText());

        JsonElement part = await served.Get("/api/curves?run=a&metric=loss&from=77770&to=77780");
        Assert.Equal("[77769,77770,77771,77772,77773,77774,77775,77776,77777,77778,77779,77780,77781]", part[0].GetProperty("curve").GetProperty("steps").GetRawText());
        Assert.Equal(JsonValueKind.Null, part[0].GetProperty("smooth").ValueKind);
    }

    [Theory]
    [InlineData("/api/curves?run=a&metric=loss&buckets=0", HttpStatusCode.BadRequest)]
    [InlineData("/api/curves?run=a&metric=loss&buckets=1000000", HttpStatusCode.BadRequest)]
    [InlineData("/api/curves?run=a&metric=loss&smooth=1", HttpStatusCode.BadRequest)]
    [InlineData("/api/curves?run=a&metric=loss&smooth=NaN", HttpStatusCode.BadRequest)]
    [InlineData("/api/curves?run=a&metric=loss&from=x", HttpStatusCode.BadRequest)]
    [InlineData("/api/curves?run=c&metric=loss", HttpStatusCode.NotFound)]
    [InlineData("/api/runs/c", HttpStatusCode.NotFound)]
    [InlineData("/api/runs/c/events", HttpStatusCode.NotFound)]
    [InlineData("/api/runs/c/live", HttpStatusCode.NotFound)]
    [InlineData("/api/runs/c/metrics.csv", HttpStatusCode.NotFound)]
    [InlineData("/api/runs/c/report.html", HttpStatusCode.NotFound)]
    [InlineData("/api/runs/a/samples/999", HttpStatusCode.NotFound)]
    [InlineData("/api/runs/a/samples/x", HttpStatusCode.NotFound)]
    [InlineData("/api/runs/a/evaluation/1/x", HttpStatusCode.NotFound)]
    [InlineData("/api/runs/a/checkpoints/step-000001/check", HttpStatusCode.NotFound)]
    [InlineData("/assets/none.js", HttpStatusCode.NotFound)]
    [InlineData("/none", HttpStatusCode.NotFound)]
    public async Task WhatCannotBeAnsweredHasItsStatus(string path, HttpStatusCode status)
    {
        _runs.Add("a");
        await using Served served = await Served.Start(_runs);
        Assert.Equal(status, await served.Status(path));
    }

    [Fact]
    public async Task FilesComeAsWhatTheyAre()
    {
        RunFolder run = _runs.Add("a");
        RunsRoot.Row(run, 10, "loss=0.1");
        RunsRoot.Row(run, 20, "loss=0.2");
        RunsRoot.Sample(run, 10);
        RunsRoot.Evaluation(run, 10, "latent space");
        await using Served served = await Served.Start(_runs);
        Assert.Equal(("image/png", RunsRoot.Png.Length), await Kind(served, "/api/runs/a/samples/10"));
        Assert.Equal(("image/png", RunsRoot.Png.Length), await Kind(served, "/api/runs/a/evaluation/10/latent%20space"));
        Assert.Equal(("text/plain", (int)new FileInfo(run.Experiment).Length), await Kind(served, "/api/runs/a/experiment.yaml"));
        Assert.Equal("step,loss\n10,0.1\n20,0.2\n", await served.Http.GetStringAsync("/api/runs/a/metrics.csv"));
        Assert.Contains("<svg", await served.Http.GetStringAsync("/api/runs/a/report.html"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnEmptyFolderAndOneThatIsNotThereHaveNoRuns()
    {
        await using Served served = await Served.Start(_runs);
        Assert.Equal(0, (await served.Get("/api/runs")).GetProperty("runs").GetArrayLength());
        Directory.Delete(_runs.Path);
        Assert.Equal(0, (await served.Get("/api/runs")).GetProperty("runs").GetArrayLength());
    }

    [Fact]
    public async Task ARunWithNothingButItsFileIsShown()
    {
        RunFolder run = new(_runs.Path, "bare");
        Directory.CreateDirectory(run.Path);
        File.WriteAllText(run.Experiment, "model: {kind: 'vae', latent: 2}\n");
        await using Served served = await Served.Start(_runs);
        JsonElement detail = await served.Get("/api/runs/bare");
        Assert.Equal("vae", detail.GetProperty("run").GetProperty("kind").GetString());
        Assert.Equal("interrupted", detail.GetProperty("run").GetProperty("state").GetString());
        Assert.Equal("[]", detail.GetProperty("metrics").GetRawText());
        Assert.Equal(HttpStatusCode.OK, await served.Status("/api/runs/bare/report.html"));
        Assert.Equal("step\n", await served.Http.GetStringAsync("/api/runs/bare/metrics.csv"));
    }

    [Fact]
    public async Task ATakenPortIsNamed()
    {
        await using Served served = await Served.Start(_runs);
        InputException refused = await Assert.ThrowsAsync<InputException>(
            () => DashboardServer.Start(new DashboardOptions { Runs = _runs.Path, Port = served.Address.Port }));
        Assert.StartsWith($"--port {served.Address.Port} cannot be had on 127.0.0.1: ", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<(string? Type, int Length)> Kind(Served served, string path)
    {
        using HttpResponseMessage answer = await served.Http.GetAsync(path);
        answer.EnsureSuccessStatusCode();
        return (answer.Content.Headers.ContentType?.MediaType, (await answer.Content.ReadAsByteArrayAsync()).Length);
    }
}
