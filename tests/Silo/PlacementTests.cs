using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Cluster.Grains;

namespace Cluster.Silo.Tests;

/// <summary>On three silos with pretended devices: roles land where they must, nothing is placed twice on one device, and waiting runs start in order.</summary>
public sealed class PlacementTests : IDisposable
{
    private static readonly string[] Endless = ["steps=1000000", "checkpoint.every=0", "metrics.every=1"];

    private readonly Place _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task RolesLandInTheirPoolsEachReplicaOnADeviceOfItsOwn()
    {
        await using PlacedCluster cluster = await PlacedCluster.Start(_place, new QueueLimits());
        await cluster.Whole.Submit("apart", Place.Experiment([.. Endless, "device=cuda", "replicas=2", "shards=2", "placement.pool=left", "placement.roles=[discriminator=right]"]), 0);
        await Trains("apart-001");
        foreach ((string pool, Func<string, Task<ActorActivity>> doing, string role) in new (string, Func<string, Task<ActorActivity>>, string)[]
        {
            ("left", cluster.Doing<IGeneratorGrain>, "generator"), ("left", cluster.Doing<IParameterShardGrain>, "generator-shard"),
            ("right", cluster.Doing<IDiscriminatorGrain>, "discriminator"), ("right", cluster.Doing<IParameterShardGrain>, "discriminator-shard"),
        })
        {
            string silo = await cluster.SiloOf(pool);
            ActorActivity[] both = [await doing($"apart-001/{role}/0"), await doing($"apart-001/{role}/1")];
            Assert.All(both, each => Assert.Equal(silo, each.Silo));
            Assert.Equal(["cuda:0/1", "cuda:1/1"], both.Select(each => each.Device).Order());
        }

        ClusterOverview overview = await cluster.Whole.Overview();
        Assert.All(overview.Silos.SelectMany(silo => silo.Cuda), cuda => Assert.Equal("apart-001", cuda.Run));
        Assert.Equal(["cuda:0", "cuda:0", "cuda:1", "cuda:1"], overview.Runs.Single().Devices!.Select(each => each.Split('/')[1]).Order());

        // Nothing is left for the next, which is told why; the CPUs' pool takes who asks for it.
        await cluster.Whole.Submit("waits", Place.Experiment("device=cuda", "placement.pool=right"), 0);
        await cluster.Whole.Submit("cpu", Place.Experiment([.. Endless, "placement.pool=cpu"]), 0);
        await Trains("cpu-001");
        string cpu = await cluster.SiloOf("cpu");
        Assert.Equal((cpu, "cpu/1"), await At(cluster.Doing<IGeneratorGrain>("cpu-001/generator/0")));
        Assert.Equal((cpu, "cpu/1"), await At(cluster.Doing<IDiscriminatorGrain>("cpu-001/discriminator/0")));
        await Place.Until(async () => (await cluster.Whole.Run("waits-001")).Problem == "waits for a CUDA device: pool right has 2, held by apart-001", "the reason");
        await cluster.Grains.GetGrain<IExperimentGrain>("apart-001").Cancel();
        await _place.Until("waits-001", RunState.Finished);
        await cluster.Grains.GetGrain<IExperimentGrain>("cpu-001").Cancel();
        await _place.Until("cpu-001", RunState.Cancelled);
    }

    [Fact]
    public async Task NoDeviceHasTwoRunsAndOwnersTakeTurnsInTheOrderOfTheQueue()
    {
        await using PlacedCluster cluster = await PlacedCluster.Start(_place, new QueueLimits { OwnerDevices = 2 });

        // All four devices are taken while the others are handed in.
        foreach (string pool in (string[])["left", "right"])
        {
            await cluster.Whole.Submit(pool, Place.Experiment([.. Endless, "device=cuda", "replicas=2", $"placement.pool={pool}"]), 0, "holder-" + pool);
            await Trains(pool + "-001");
        }

        string[] tiny = ["device=cuda", "placement.pool=left"];
        await cluster.Whole.Submit("a1", Place.Experiment(tiny), 0, "ann");
        await cluster.Whole.Submit("a2", Place.Experiment(tiny), 0, "ann");
        await cluster.Whole.Submit("a3", Place.Experiment(tiny), 0, "ann");
        await cluster.Whole.Submit("pair", Place.Experiment([.. tiny, "replicas=2"]), 0, "bob");
        await cluster.Whole.Submit("urgent", Place.Experiment(tiny), 9, "cid");
        InputException never = await Assert.ThrowsAsync<InputException>(() => cluster.Whole.Submit("three", Place.Experiment("device=cuda", "replicas=3"), 0, "dan"));
        Assert.Contains("queue.ownerDevices", never.Message, StringComparison.Ordinal);
        await Place.Until(async () => (await cluster.Whole.Run("a3-001")).Problem is not null, "the reason");
        string[] queue = [.. (await cluster.Whole.Overview()).Runs.Where(run => run.State == "queued").Select(run => run.Name)];
        Assert.Equal(["urgent-001", "a1-001", "pair-001", "a2-001", "a3-001"], queue);

        await cluster.Grains.GetGrain<IExperimentGrain>("left-001").Cancel();
        foreach (string run in queue)
        {
            await _place.Until(run, RunState.Finished);
        }

        // Whoever shares a device has it one after the other; and what came later began no sooner.
        (string Run, string[] Devices, DateTimeOffset From, DateTimeOffset To)[] times = [.. queue.Select(Time)];
        foreach (var one in times)
        {
            foreach (var other in times.Where(each => each.Run != one.Run && each.Devices.Intersect(one.Devices).Any()))
            {
                Assert.True(one.To <= other.From || other.To <= one.From, $"{one.Run} and {other.Run} had {string.Join(", ", one.Devices.Intersect(other.Devices))} at the same time");
            }
        }

        Assert.All(times, each => Assert.All(each.Devices, device => Assert.Contains("/cuda:", device, StringComparison.Ordinal)));
        DateTimeOffset pair = times.Single(each => each.Run == "pair-001").From;
        Assert.All(times.Where(each => each.Run is "a2-001" or "a3-001"), later => Assert.True(pair < later.From, $"{later.Run} overtook the run that needs two devices"));
        await cluster.Grains.GetGrain<IExperimentGrain>("right-001").Cancel();
        await _place.Until("right-001", RunState.Cancelled);
    }

    [StandinFact]
    public async Task ARunThatLosesItsPlaceWaitsForAnotherAndEndsWithTheSameBits()
    {
        string[] slow = ["steps=2000", "checkpoint.every=50", "metrics.every=1", "placement.pool=cpu"];
        await using PlacedCluster cluster = await PlacedCluster.Start(_place, new QueueLimits());
        await cluster.Whole.Submit("whole", Place.Experiment(slow), 0);
        await _place.Until("whole-001", RunState.Finished);
        await cluster.Whole.Submit("moved", Place.Experiment(slow), 0);
        await Trains("moved-001");
        await cluster.Kill("cpu");
        await Place.Until(async () => (await cluster.Whole.Run("moved-001")) is { State: "queued", Problem: not null }, "the run to wait for another place");
        Assert.Contains("no silo of pool cpu is there", (await cluster.Whole.Run("moved-001")).Problem!, StringComparison.Ordinal);

        await cluster.Join("cpu");
        await _place.Until("moved-001", RunState.Finished);
        Assert.Equal(_place.Sums("whole-001"), _place.Sums("moved-001"));
        Assert.DoesNotContain(RunEvents.Read(_place.Run("moved-001")), each => each.Kind == "failed");
    }

    private static async Task<(string, string?)> At(Task<ActorActivity> doing) => ((await doing).Silo, (await doing).Device);

    private Task Trains(string run) => Place.Until(() => Task.FromResult((MetricsRow.Last(_place.Run(run))?.Step ?? 0) > 3), $"{run} to train");

    private (string Run, string[] Devices, DateTimeOffset From, DateTimeOffset To) Time(string run)
    {
        IReadOnlyList<RunEvent> events = RunEvents.Read(_place.Run(run));
        return (run, [.. RunLease.Read(_place.Run(run))!.All.Select(each => $"{each.Silo}/{each.Device}")],
            events.Single(each => each.Kind == "started").Time, events.Single(each => each.Kind == "finished").Time);
    }
}
