using Cluster.Client;
using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Cluster.Numerics;

namespace Cluster.Silo.Tests;

/// <summary>A cluster of processes, any of which may be killed: the run has the bits of one that nobody disturbed.</summary>
public sealed class ProcessTests : ProcessTest
{
    /// <summary>Longer than any test: a run is paused when what was to happen to it has happened, on a fast machine and on a slow one.</summary>
    private static readonly string[] Endless = ["--set", "steps=1000000", "--set", "replicas=2", "--set", "shards=2", "--set", "checkpoint.every=100"];

    [RealOrleansTheory]
    [InlineData(1, "carrier")]
    [InlineData(2, "other")]
    [InlineData(3, "carrier", "carrier")]
    public async Task AKilledSiloChangesNoBit(int seed, params string[] victims)
    {
        await Up();
        await Place.Good(["run", _place.File, .. Endless, "--connect", Folder, "--detach"]);
        Random moments = new(seed);
        foreach (string victim in victims)
        {
            await GoesOn();
            await Task.Delay(moments.Next(50, 1500));
            SiloProcess[] there = [.. ClusterFile.Read(Folder)!.Silos.Where(silo => silo.Runs(Folder))];
            string? carrier = (await Overview()).Silos.FirstOrDefault(silo => silo.Runs.Contains("tiny-001"))?.Name;
            Assert.True(carrier is not null, "nobody carries the run");
            SiloProcess chosen = there.First(silo => silo.Name == carrier == (victim == "carrier"));
            int before = await Resumed();
            chosen.Signal(9);
            await Place.Until(() => Task.FromResult(!chosen.Runs(Folder)), "the end of a silo");
            await Place.Until(async () => await Resumed() > before, "the run to go on without it");
        }

        await GoesOn();
        await HasTheBitsOfAnUndisturbedRun(Endless);
    }

    /// <summary>The pieces of a run go to whichever silos are left, and spread again over one that is started in the place of a lost one.</summary>
    [RealOrleansFact]
    public async Task ASiloThatJoinsGetsItsShareOfTheActors()
    {
        string[] sets = [.. Endless, "--set", "replicas=3", "--set", "shards=3"];
        await Up();
        await Place.Good(["run", _place.File, .. sets, "--connect", Folder, "--detach"]);
        await GoesOn();
        await Place.Until(async () => (await Overview()).Silos.Count(silo => silo.Actors.GetValueOrDefault("tiny-001/generator") == 1) == 3, "one generator on each silo");

        ClusterFile.Read(Folder)!.Silos[1].Kill(Folder);
        await Place.Until(async () => await Resumed() > 0, "the run to go on without it");
        Assert.Contains("starting 1 silos", await Up(), StringComparison.Ordinal);
        await Place.Until(async () => (await Events()).Contains("\"spreading\"", StringComparison.Ordinal), "the actors to spread");
        await Place.Until(async () => (await Overview()).Silos.Count(silo => silo.Actors.ContainsKey("tiny-001/generator")) == 3, "each silo to have its share");
        await GoesOn();
        await HasTheBitsOfAnUndisturbedRun(sets);
    }

    /// <summary>A rolling change: each silo in turn gets SIGTERM, and another takes its place.</summary>
    [RealOrleansFact]
    public async Task AllSilosMayLeaveOneAfterTheOther()
    {
        await Up("--silos", "2");
        await Place.Good(["run", _place.File, .. Endless, "--connect", Folder, "--detach"]);
        await GoesOn();
        string carrier = (await Overview()).Silos.First(silo => silo.Runs.Contains("tiny-001")).Name;
        SiloProcess leaving = ClusterFile.Read(Folder)!.Silos.First(silo => silo.Name == carrier);
        leaving.Signal(15);
        await Place.Until(() => Task.FromResult(!leaving.Runs(Folder)), "the silo to leave");
        await GoesOn();
        await HasTheBitsOfAnUndisturbedRun(Endless);
        Assert.Contains("\"kind\":\"queued\"", await Events(), StringComparison.Ordinal);
    }

    [RealOrleansFact]
    public async Task EveryVerbReachesTheCluster()
    {
        string up = await Up("--silos", "2");
        Assert.Contains("ready after", up, StringComparison.Ordinal);
        Assert.Contains("No runs in the cluster", await Place.Good("runs", "--connect", Folder), StringComparison.Ordinal);
        string port = "127.0.0.1:" + ClusterFile.Read(Folder)!.Silos[0].GatewayPort;
        Assert.Contains("tiny-001 finished: 30 steps", await Place.Good("run", _place.File, "--connect", port), StringComparison.Ordinal);
        Assert.Matches("(?m)^tiny-001  finished", await Place.Good("runs", "--connect", port));
        EachTrainsOnCpusOfItsOwn(ClusterFile.Read(Folder)!.Silos);
        Assert.Contains("steps: 30", await Place.Good("show", "tiny-001", "--connect", port), StringComparison.Ordinal);
        await Place.Good("sample", "tiny-001", "--connect", port, "-o", _place.Path("s.png"));
        await Place.Good("export", "tiny-001", "--connect", port, "-o", _place.Path("s.safetensors"));
        Assert.Contains("heldOutScore", await Place.Good("evaluate", "tiny-001", "--connect", port), StringComparison.Ordinal);
        string status = await Place.Good("status", "--connect", Folder);
        Assert.Matches("(?m)^silo-1 +\\S+ +active ", status);
        Assert.Matches("(?m)^silo-2 +\\S+ +active ", status);

        await Place.Good("run", _place.File, "--set", "steps=1000000", "--connect", port, "--detach");
        Assert.Contains("tiny-002 is paused at step", await Place.Good("pause", "tiny-002", "--connect", port), StringComparison.Ordinal);
        await Place.Good("resume", "tiny-002", "--connect", port, "--detach");
        Assert.Contains("tiny-002 is cancelled at step", await Place.Good("cancel", "tiny-002", "--connect", port), StringComparison.Ordinal);

        await Refused("unknown run 'nothing'", "sample", "nothing", "--connect", port);
        await Refused("has finished all 30 steps", "resume", "tiny-001", "--connect", port);
        await Refused("has finished all 30 steps", "pause", "tiny-001", "--connect", port);
        await Refused("--runs does not go with --connect", "runs", "--connect", port, "--runs", _place.Runs);
        await Refused("already in", "up", "--silos", "2", "--folder", Folder);
        await Refused("belongs to the cluster in", "up", "--silos", "1", "--folder", Folder + "-other", "--runs", _place.Runs);
        Assert.Contains("2 silos ended", await Place.Good("down", "--folder", Folder), StringComparison.Ordinal);
        await Refused("no cluster was started in", "down", "--folder", Folder);
        await Refused("no silo of cluster 'cluster' answers", "runs", "--connect", port);
    }

    [RealOrleansFact]
    public async Task ActorsGoWhereTheirDeviceIs()
    {
        await Up("--silos", "2", "--set", "devices.cuda=1", "--set", "devices.pretend=true");
        string[] cuda = ["--set", "device=cuda", "--set", "replicas=2", "--set", "steps=100000", "--set", "checkpoint.every=0"];
        await Place.Good(["run", _place.File, .. cuda, "--connect", Folder, "--detach"]);
        await Place.Until(() => Task.FromResult(Step() > 20), "training to begin");
        ClusterOverview both = await Overview();
        Assert.All(both.Silos, silo => Assert.Equal("tiny-001", Assert.Single(silo.Cuda).Run));
        Assert.All(both.Silos, silo => Assert.Equal(1, silo.Actors["tiny-001/generator"]));
        Assert.All(both.Silos, silo => Assert.Equal(1, silo.Actors["tiny-001/discriminator"]));

        await Place.Good("run", _place.File, "--set", "device=cuda", "--connect", Folder, "--detach");
        await Place.Until(async () => (await Overview()).Runs.Any(run => run.Name == "tiny-002" && run.Problem is not null), "the reason");
        Assert.Equal("waits for a CUDA device: the cluster has 2, held by tiny-001", (await Overview()).Runs.Single(run => run.Name == "tiny-002").Problem);
        await Place.Good("cancel", "tiny-001", "--connect", Folder);
        await _place.Until("tiny-002", RunState.Finished);
    }

    [Fact]
    public async Task AStandInSaysThatItReachesNobody()
    {
        if (!Clustering.ReachesOthers)
        {
            await Refused("this build has the Orleans stand-in", "up", "--folder", Folder);
            await Refused("this build has the Orleans stand-in", "runs", "--connect", "127.0.0.1:30000");
            await Refused("this build has the Orleans stand-in", "silo", "--clustering-kind", "file", "--clustering-folder", Folder, "--port", "0", "--gateway-port", "0", "--http-port", "0");
        }
    }

    [Theory]
    [InlineData("--silos 0", "--silos", "0")]
    [InlineData("--set queue.limit must be key=value", "--set", "queue.limit")]
    [InlineData("unknown setting 'queue.limits'; did you mean queue.limit?", "--set", "queue.limits=1")]
    public async Task MistakesOfUp(string message, params string[] args)
    {
        if (Clustering.ReachesOthers || args[0] == "--silos")
        {
            await Refused(message, ["up", "--folder", Folder, .. args]);
        }
    }

    [Fact]
    public async Task AnAddressThatIsNoneIsRefused()
    {
        await Refused("'here' is no HOST:PORT", "runs", "--connect", "here");
        await Refused("holds no cluster.json", "status", "--connect", _place.Root);
        await Refused("--priority 5000 must be", "run", _place.File, "--connect", "127.0.0.1:1", "--priority", "5000");
    }

    private static async Task Refused(string message, params string[] args)
    {
        (int code, string output, string error) = await Place.Cluster(args);
        Assert.True(code == 2, $"exit code {code}\n{output}\n{error}");
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    private Task<string> Up(params string[] more) => Place.Good(["up", "--folder", Folder, "--runs", _place.Runs, "--set", "queue.interval=0.5", .. more]);

    /// <summary>Waits for a hundred steps more than there are.</summary>
    private Task GoesOn()
    {
        long before = Step();
        return Place.Until(() => Task.FromResult(Step() > before + 100), "training to go on");
    }

    /// <summary>How often the run began again from a checkpoint.</summary>
    private async Task<int> Resumed() => (await Events()).Split("\"resumed\"").Length - 1;

    /// <summary>Pauses the run, and has another train as far in one process that nobody disturbs.</summary>
    private async Task HasTheBitsOfAnUndisturbedRun(string[] sets)
    {
        await Place.Good("pause", "tiny-001", "--connect", Folder);
        RunStateFile paused = RunStateFile.Read(_place.Run("tiny-001"))!;
        Assert.Equal(paused.Step, paused.Checkpoint);
        await Place.Good(["run", _place.File, .. sets, "--set", $"steps={paused.Step}", "--runs", _place.Path("whole")]);
        Assert.Equal(_place.Sums("tiny-001", _place.Path("whole")), _place.Sums("tiny-001"));
    }

    private Task<string> Events() => File.ReadAllTextAsync(_place.Run("tiny-001").Events);

    private long Step() => MetricsRow.Last(_place.Run("tiny-001"))?.Step ?? 0;

    private async Task<ClusterOverview> Overview()
    {
        await using RemoteCluster cluster = await RemoteCluster.Open(Folder, verbose: false);
        return await Patience.Ask(() => cluster.Whole.Overview());
    }

    private static void EachTrainsOnCpusOfItsOwn(IReadOnlyList<SiloProcess> silos)
    {
        if (CpuSet.Mine is not { Count: >= 2 } all)
        {
            return;
        }

        Assert.Equal(all.Deal(2).Select(share => share.ToString()), silos.Select(silo => silo.Cpus!));
        var threads = silos
            .SelectMany(silo => Directory.GetDirectories($"/proc/{silo.Process.Id}/task").Select(thread => (Silo: silo, Lines: File.ReadAllLines(thread + "/status"))))
            .Where(thread => thread.Lines[0].EndsWith("\tcpu/1", StringComparison.Ordinal))
            .ToArray();
        Assert.NotEmpty(threads);
        Assert.All(threads, thread => Assert.Contains("Cpus_allowed_list:\t" + thread.Silo.Cpus, thread.Lines));
    }
}
