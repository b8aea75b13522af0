using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Contracts.Runs;
using Cluster.Grains;

namespace Cluster.Silo.Tests;

/// <summary>Places are given once, together, in their pool, and in order.</summary>
public sealed class LeaseTests : IDisposable
{
    private readonly Place _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void ASmallRunTakesTheTightestSiloAndALargeOneSpreads()
    {
        Leases leases = new([Silo("a", 4), Silo("b", 2)], []);
        Assert.Equal(["b/cuda:0"], Take(leases, "one", 1));
        Assert.Equal(["a/cuda:0", "a/cuda:1", "a/cuda:2"], Take(leases, "three", 3));
        Assert.Equal(["a/cuda:3", "b/cuda:1"], Take(leases, "two", 2).Order());
        Assert.Empty(Take(leases, "none", 1));
        Assert.Equal("three-001", leases.Holder("a", "cuda:1"));
    }

    [Fact]
    public void NobodyOvertakesALargeRunThatWaits()
    {
        Leases leases = new([Silo("a", 3)], [Holder("holder", new LeasedDevice("a", "a", "cuda:0"))]);
        Assert.Empty(Take(leases, "large", 3));
        WaitingRun small = Waiting("small", "device=cuda");
        Assert.Null(leases.TryTake(small));
        Assert.Equal("waits for a CUDA device: the cluster has 3, held by holder-001, kept for large-001", leases.Reason(small));
    }

    [Fact]
    public void ARunThatTheClusterCannotHoldKeepsNothingFromOthers()
    {
        Leases leases = new([Silo("a", 2)], []);
        WaitingRun huge = Waiting("huge", "device=cuda", "replicas=3");
        Assert.Null(leases.TryTake(huge));
        Assert.Equal("waits for 3 CUDA devices: the cluster has 2", leases.Reason(huge));
        Assert.Equal(["a/cuda:0"], Take(leases, "small", 1));
    }

    [Fact]
    public void WhatTrainingRunsHoldIsNotGivenAgainAndSilosThatLeaveGiveNothing()
    {
        Leases leases = new([Silo("a", 2), Silo("b", 2) with { Draining = true }], [Holder("holder", new LeasedDevice("a", "a", "cuda:0"))]);
        Assert.Equal(["a/cuda:1"], Take(leases, "next", 1));
        WaitingRun last = Waiting("last", "device=cuda", "replicas=2");
        Assert.Null(leases.TryTake(last));
        Assert.Equal("waits for 2 CUDA devices: the cluster has 4, held by holder-001, next-001", leases.Reason(last));
    }

    [Fact]
    public void ADeviceByNumberIsThatNumber()
    {
        Leases leases = new([Silo("a", 3)], []);
        Assert.Equal(["a/cuda:2"], Names(leases.TryTake(Waiting("x", "device=cuda:2"))));
        Assert.Null(leases.TryTake(Waiting("y", "device=cuda:2")));
    }

    [Fact]
    public void ARunStaysInItsPool()
    {
        Leases leases = new([Silo("a", 2, "big"), Silo("b", 2, "small")], []);
        Assert.Equal(["b/cuda:0"], Names(leases.TryTake(Waiting("x", "device=cuda", "placement.pool=small"))));
        Assert.Null(leases.TryTake(Waiting("y", "device=cuda", "replicas=2", "placement.pool=small")));

        // Who waits for one pool keeps nothing of another.
        Assert.Equal(["a/cuda:0", "a/cuda:1"], Names(leases.TryTake(Waiting("z", "device=cuda", "replicas=2", "placement.pool=big"))));
        WaitingRun nowhere = Waiting("n", "device=cuda", "placement.pool=none");
        Assert.Null(leases.TryTake(nowhere));
        Assert.Equal("waits for a CUDA device: no silo of pool none is there; there are big, small", leases.Reason(nowhere));
    }

    [Fact]
    public void MemoryChoosesTheLeastThatDoes()
    {
        SiloReport silo = Silo("a", 0) with { Cuda = [new("cuda:0", null, 80L << 30), new("cuda:1", null, 24L << 30), new("cuda:2", null, 0)] };
        Leases leases = new([silo], []);
        Assert.Equal(["a/cuda:1"], Names(leases.TryTake(Waiting("x", "device=cuda", "placement.memory=20000"))));
        Assert.Equal(["a/cuda:0"], Names(leases.TryTake(Waiting("y", "device=cuda", "placement.memory=20000"))));
        WaitingRun more = Waiting("z", "device=cuda", "placement.memory=20000");
        Assert.Null(leases.TryTake(more));
        Assert.Equal("waits for a CUDA device with 20000 MiB: the cluster has 2, held by x-001, y-001", leases.Reason(more));
        WaitingRun most = Waiting("m", "device=cuda", "placement.memory=100000");
        Assert.Null(leases.TryTake(most));
        Assert.Equal("waits for a CUDA device with 100000 MiB: no silo of the cluster has one", leases.Reason(most));
        Assert.Equal(["a/cuda:2"], Names(leases.TryTake(Waiting("w", "device=cuda"))));
    }

    [Fact]
    public void RolesPlacedApartGetDevicesOfTheirOwn()
    {
        Leases leases = new([Silo("a", 3, "one"), Silo("b", 2, "two")], []);
        RunLease lease = leases.TryTake(Waiting("x", "device=cuda", "replicas=2", "placement.pool=one", "placement.roles=[discriminator=two]"))!;
        Assert.Equal(("a/cuda:0", "a/cuda:1"), (Name(lease.For("generator", 0)!), Name(lease.For("generator-shard", 1)!)));
        Assert.Equal(("b/cuda:0", "b/cuda:1"), (Name(lease.For("discriminator", 0)!), Name(lease.For("discriminator-memory-shard", 3)!)));
        Assert.Equal(4, lease.All.Count());

        // All or nothing: pool two has nothing left, and what was taken of pool one is given back.
        Assert.Null(leases.TryTake(Waiting("y", "device=cuda", "placement.pool=one", "placement.roles=[discriminator=two]")));
        Assert.Null(leases.Holder("a", "cuda:2"));
    }

    [Fact]
    public void SharesOfCpusAreCountedByMemoryAndSpread()
    {
        SiloReport a = Silo("a", 0, "cpu") with { MemoryBytes = 10L << 30 }, b = Silo("b", 0, "cpu") with { MemoryBytes = 5L << 30 };
        Leases leases = new([a, b], []);
        Assert.Equal(["a/cpu", "b/cpu"], Names(leases.TryTake(Waiting("x", "replicas=2", "placement.memory=4096"))).Order());
        Assert.Equal(["a/cpu"], Names(leases.TryTake(Waiting("y", "placement.memory=4096"))));
        WaitingRun third = Waiting("z", "placement.memory=4096");
        Assert.Null(leases.TryTake(third));
        Assert.Equal("waits for a place on a silo with 4096 MiB: free MiB in the cluster: a 2048 of 10240, b 1024 of 5120", leases.Reason(third));
        Assert.Equal(["b/cpu"], Names(leases.TryTake(Waiting("w", "placement.pool=cpu"))));
        Assert.Empty(Waiting("anywhere").Needs);
    }

    [Fact]
    public void PriorityGoesFirstThenOwnersTakeTurns()
    {
        WaitingRun[] runs =
        [
            Waiting("a1", owner: "ann", at: 1), Waiting("a2", owner: "ann", at: 2), Waiting("a3", owner: "ann", at: 3), Waiting("b1", owner: "bob", at: 4), Waiting("b2", owner: "bob", at: 5),
            Waiting("c1", owner: "cid", at: 6, priority: 1), Waiting("left", owner: "dan", at: 9) with { State = State(RunState.Running) },
        ];
        Assert.Equal(["left", "c1", "a1", "b1", "a2", "b2", "a3"], WaitingRun.Order(runs).Select(Short));

        // Who began last comes after who has waited longer.
        Dictionary<string, DateTimeOffset> began = new() { ["ann"] = DateTimeOffset.UnixEpoch.AddSeconds(50) };
        Assert.Equal(["left", "c1", "b1", "a1", "b2", "a2", "a3"], WaitingRun.Order(runs, began).Select(Short));

        // Who has runs that train comes after who has none.
        WaitingRun busy = Waiting("a0", owner: "ann", at: 0) with { Trains = true, State = State(RunState.Running) };
        Assert.Equal(["a0", "left", "c1", "b1", "a1", "b2", "a2", "a3"], WaitingRun.Order([busy, .. runs]).Select(Short));
    }

    [Fact]
    public void LimitsCountByOwnerAndByExperiment()
    {
        WaitingRun one = Waiting("tiny", "device=cuda", "replicas=2") with { Ticket = new(0, default, "ann") };
        WaitingRun next = Waiting("tiny", "device=cuda") with { Ticket = new(0, default, "ann") };
        Assert.Null(new QueueLimits().Reason(next, [one]));
        Assert.Equal("waits for its turn: 1 runs train at a time in this cluster", new QueueLimits { Runs = 1 }.Reason(next, [one]));
        Assert.Equal("waits for its turn: ann may have 1 runs that train at a time (queue.ownerRuns), and has 1", new QueueLimits { OwnerRuns = 1 }.Reason(next, [one]));
        Assert.Null(new QueueLimits { OwnerRuns = 1 }.Reason(next with { Ticket = new(0, default, "bob") }, [one]));
        Assert.Equal("waits for its turn: ann may have 2 CUDA devices (queue.ownerDevices), holds 2 and needs 1 more", new QueueLimits { OwnerDevices = 2 }.Reason(next, [one]));
        Assert.Null(new QueueLimits { OwnerDevices = 3 }.Reason(next, [one]));
        Assert.Equal("waits for its turn: experiment tiny may have 1 runs that train at a time (queue.experimentRuns), and has 1", new QueueLimits { ExperimentRuns = 1 }.Reason(next, [one]));
        Assert.Equal("waits for its turn: experiment tiny may have 2 CUDA devices (queue.experimentDevices), holds 2 and needs 1 more", new QueueLimits { ExperimentDevices = 2 }.Reason(next, [one]));
        Assert.Contains("queue.ownerDevices", new QueueLimits { OwnerDevices = 1 }.Never(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("placement.pool=GPU", "placement.pool", "must be a pool's name of small letters")]
    [InlineData("placement.memory=-1", "placement.memory", "must be")]
    [InlineData("placement.roles=[critic=a]", "placement.roles", "names critic; the roles of `kind: gan` that can be placed are generator, discriminator")]
    [InlineData("placement.roles=[generator]", "placement.roles", "must be a role, an equals sign and a pool's name")]
    [InlineData("placement.roles=[generator=a, generator=b]", "placement.roles", "names a role twice")]
    public void MistakesOfPlacement(string set, string where, string what)
    {
        ExperimentFileException problem = Assert.Throws<ExperimentFileException>(() => Place.Experiment(set));
        Assert.Contains(where, problem.Message, StringComparison.Ordinal);
        Assert.Contains(what, problem.Message, StringComparison.Ordinal);
    }

    private static string Short(WaitingRun run) => run.Folder.Name[..^4];

    private static string Name(LeasedDevice device) => $"{device.Silo}/{device.Device}";

    private static string[] Names(RunLease? lease) => [.. lease?.Devices.Select(Name) ?? []];

    private string[] Take(Leases leases, string run, int cuda) => Names(leases.TryTake(Waiting(run, "device=cuda", $"replicas={cuda}")));

    private RunFolder Holder(string run, LeasedDevice device)
    {
        RunFolder holder = _place.Run(run + "-001");
        Directory.CreateDirectory(holder.Path);
        new RunLease([device]).Write(holder);
        return holder;
    }

    private WaitingRun Waiting(string run, string owner, int at, int priority = 0) =>
        Waiting(run) with { Ticket = new RunTicket(priority, DateTimeOffset.UnixEpoch.AddSeconds(at), owner) };

    private WaitingRun Waiting(string run, params string[] sets)
    {
        ExperimentFile file = ExperimentFile.Parse(Place.Experiment(sets), "tiny.yaml");
        return new(_place.Run(run + "-001"), State(RunState.Queued), false, new RunTicket(0, default), file.Name, DeviceNeed.Of(file));
    }

    private static RunStateFile State(RunState state) => new(state, 0, 1, -1, 0, default, null);

    private static SiloReport Silo(string name, int cuda, string pool = "") => new(
        name, name, "", "", default, false, 1, 1L << 30, 1, [.. Enumerable.Range(0, cuda).Select(each => new CudaDevice($"cuda:{each}", null))], new Dictionary<string, int>(), [], pool);
}
