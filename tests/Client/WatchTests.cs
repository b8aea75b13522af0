using System.Net.Sockets;
using System.Text.RegularExpressions;
using Cluster.Contracts.Runs;

namespace Cluster.Client.Tests;

public sealed partial class WatchTests : IDisposable
{
    private readonly Workplace _place = new();

    public WatchTests()
    {
        RunFolder run = new(_place.Runs, "by-hand-001");
        Directory.CreateDirectory(run.Samples);
        File.WriteAllText(run.Experiment, "model:\n  kind: gan\n");
        File.WriteAllText(run.Metrics, "{\"step\":1,\"loss\":0.5}\n{\"step\":2,\"loss\":0.25}\n{\"step\":3,\"lo");
    }

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task AReportIsOneFile()
    {
        string file = _place.Path("run.html");
        Outcome said = (await _place.Here("report", "by-hand-001", "-o", file)).Succeeded();
        Assert.Equal($"report of by-hand-001: {file}\n", said.Out);
        Assert.Contains("<svg class=\"chart\"", File.ReadAllText(file), StringComparison.Ordinal);
        (await _place.Here("report", "by-hand-002", "-o", file)).Refused("unknown run 'by-hand-002'", "runs in it: by-hand-001");
        (await _place.Here("report", "by-hand-001", "-o", _place.Path("none", "run.html"))).Refused("--output", "there is no folder");
    }

    [Fact]
    public async Task FiguresComeAsCsvOrJsonLinesOnTheOutputOrInAFile()
    {
        Assert.Equal("step,loss\n1,0.5\n2,0.25\n", (await _place.Here("metrics", "by-hand-001", "--csv")).Succeeded().Out);
        Assert.Equal("{\"step\":1,\"loss\":0.5}\n{\"step\":2,\"loss\":0.25}\n", (await _place.Here("metrics", "by-hand-001")).Succeeded().Out);
        string file = _place.Path("figures.csv");
        (await _place.Here("metrics", "by-hand-001", "--csv", "-o", file)).Succeeded();
        Assert.Equal("step,loss\n1,0.5\n2,0.25\n", File.ReadAllText(file));
    }

    [Fact]
    public async Task TensorBoardGetsAFolderOfItsOwnForEachRun()
    {
        string logs = _place.Path("logs");
        Outcome said = (await _place.Here("export", "by-hand-001", "--tensorboard", logs)).Succeeded();
        string file = Assert.Single(Directory.EnumerateFiles(Path.Combine(logs, "by-hand-001"), "events.out.tfevents.*"));
        Assert.Equal($"2 events of by-hand-001: {file}\nLook at it with: tensorboard --logdir {logs}\n", said.Out);
        (await _place.Here("export", "by-hand-001", "--tensorboard", logs, "-o", "x")).Refused("--output is for parameters", "--tensorboard DIR");
        (await _place.Here("export", "by-hand-001", "--tensorboard", _place.File)).Refused($"--tensorboard {_place.File} cannot be written", "name a folder");
    }

    [Fact]
    public async Task WhatADashboardCannotUseIsNamed()
    {
        string none = _place.Path("none");
        (await Workplace.Cluster("dashboard", none)).Refused($"there is no folder {none}", "name the one that holds the runs");
        (await Workplace.Cluster("dashboard", _place.Runs, "--port", "70000")).Refused("--port 70000 is out of range; 0 to 65535");
        (await Workplace.Cluster("dashboard", _place.Runs, "--listen", "everywhere")).Refused("--listen everywhere is no IP address; as in 127.0.0.1");
        using TcpListener taken = new(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        int port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        (await Workplace.Cluster("dashboard", _place.Runs, "--port", $"{port}")).Refused($"--port {port} cannot be had on 127.0.0.1", "0 for any that is free");
    }

    [Fact]
    public async Task ADashboardServesUntilItIsInterrupted()
    {
        using Child child = Child.Start(_place, "dashboard", _place.Runs, "--port", "0");
        Uri address = new(Address().Match(await child.Line("Dashboard of runs: ")).Value);
        using HttpClient http = new() { BaseAddress = address };
        Assert.Contains("by-hand-001", await http.GetStringAsync("api/runs"), StringComparison.Ordinal);
        await child.Line("Ctrl-C stops it");
        child.Signal(Child.Interrupt);
        (await child.End()).Succeeded();
    }

    [Fact]
    public async Task ARunPrintsWhereItCanBeSeenWhileItTrains()
    {
        Outcome said = await _place.Train("--dashboard");
        Assert.Matches(@"^dashboard: http://127\.0\.0\.1:\d+/runs/tiny-001\n", said.Out);
        Assert.DoesNotContain("dashboard", (await _place.Train()).Out, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/")]
    private static partial Regex Address();
}
