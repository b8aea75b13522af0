using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Cluster.Grains;

namespace Cluster.Silo.Tests;

/// <summary>Devices are given once, together, and in order.</summary>
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
        Leases leases = new([Silo("a", 2)], []);
        Assert.Empty(Take(leases, "large", 3));
        Assert.Empty(Take(leases, "small", 1));
    }

    [Fact]
    public void WhatTrainingRunsHoldIsNotGivenAgainAndSilosThatLeaveGiveNothing()
    {
        RunFolder holder = _place.Run("holder-001");
        Directory.CreateDirectory(holder.Path);
        new RunLease([new LeasedDevice("a", "a", "cuda:0")]).Write(holder);
        Leases leases = new([Silo("a", 2), Silo("b", 2) with { Draining = true }], [holder]);
        Assert.Equal(["a/cuda:1"], Take(leases, "next", 1));
        WaitingRun last = Waiting("last", 2, null);
        Assert.Null(leases.TryTake(last));
        Assert.Equal("waits for 2 CUDA devices: the cluster has 4, held by holder-001, next-001", leases.Reason(last));
    }

    [Fact]
    public void ADeviceByNumberIsThatNumber()
    {
        Leases leases = new([Silo("a", 3)], []);
        Assert.Equal(["a/cuda:2"], [.. leases.TryTake(Waiting("x", 1, 2))!.Devices.Select(Name)]);
        Assert.Null(leases.TryTake(Waiting("y", 1, 2)));
    }

    private static string Name(LeasedDevice device) => $"{device.Silo}/{device.Device}";

    private string[] Take(Leases leases, string run, int cuda) => [.. leases.TryTake(Waiting(run, cuda, null))?.Devices.Select(Name) ?? []];

    private WaitingRun Waiting(string run, int cuda, int? index) => new(
        _place.Run(run + "-001"), new RunStateFile(RunState.Queued, 0, 1, -1, 0, default, null), false, new RunTicket(0, default), cuda, index);

    private static SiloReport Silo(string name, int cuda) => new(
        name, name, "", "", default, false, 1, 1, 1, [.. Enumerable.Range(0, cuda).Select(each => new CudaDevice($"cuda:{each}", null))], new Dictionary<string, int>(), []);
}
