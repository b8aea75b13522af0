using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Cluster.Grains;
using Cluster.Numerics.Tests;

namespace Cluster.Silo.Tests;

/// <summary>
/// Runs whose replicas have CUDA devices of their own, for which the CPU stands in, and a library with NCCL's C API that works on the host's
/// memory and adds in rank order: so the bits are those of the other ways.
/// </summary>
public sealed class NcclRunTests : IDisposable
{
    private const string Auto = "exchange.nccl=auto";
    private const string Off = "exchange.nccl=off";
    private const string Classifier = "model={kind: classifier, channels: [4], kernel: 3, hidden: [8]}";
    private const string Vae = "model={kind: vae, latent: 3, encoder: {hidden: [12]}, decoder: {hidden: [10]}, microbatches: 2}";
    private const string Gan = "model.discriminatorSteps=2";

    private readonly Place _place = new();

    public NcclRunTests()
    {
        if (HostNccl.Missing is null)
        {
            HostNccl.Reset();
        }
    }

    public void Dispose() => _place.Dispose();

    [HostNcclTheory]
    [InlineData(Classifier, 2, 2, "classifier")]
    [InlineData(Classifier, 3, 3, "classifier", "optimizer={name: adam, clipNorm: 0.05}")]
    [InlineData(Classifier, 2, 1, "classifier", "precision=float64", "onNonFinite=skip")]
    [InlineData(Vae, 2, 2, "encoder, decoder")]
    [InlineData(Gan, 3, 2, "generator, discriminator")]
    public async Task Devices_that_add_among_themselves_give_the_bits_of_the_other_ways(string model, int replicas, int shards, string roles, params string[] also)
    {
        string[] overrides = [model, $"replicas={replicas}", $"shards={shards}", .. also];
        await using PlacedCluster cluster = await Start();
        await Train(cluster, "host", [.. overrides, Off]);
        Assert.Equal(0, HostNccl.Connected);
        Assert.Equal([$"gradients of {roles} without NCCL: the file says exchange.nccl: off"], Ways("host"));

        await Train(cluster, "nccl", [.. overrides, Auto]);
        Assert.Equal(_place.Sums("host-001"), _place.Sums("nccl-001"));
        Assert.Equal(
            [$"gradients of {roles} by NCCL 2.18.1 between {replicas} devices: sums run in NCCL's order, so that bits may differ from those of the other ways and between numbers of devices"],
            Ways("nccl"));
        Assert.Equal(roles.Split(',').Length, HostNccl.Connected);
        Assert.Equal(HostNccl.Reduces, HostNccl.Broadcasts);
        Assert.Equal(HostNccl.Groups * shards, HostNccl.Reduces + HostNccl.Broadcasts);
        await Place.Until(() => Task.FromResult(HostNccl.Live == 0), "all ranks to be freed");
        Assert.Equal((replicas * HostNccl.Connected, 0), (HostNccl.Destroyed, HostNccl.Aborted));
    }

    [HostNcclTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_device_that_hangs_or_loses_the_others_sends_the_run_back_and_it_ends_with_the_same_bits(bool hangs)
    {
        string[] overrides = [Vae, "replicas=3", "shards=2", "recovery.stepLimit=2"];
        await using PlacedCluster cluster = await Start();
        await Train(cluster, "host", [.. overrides, Off]);
        if (hangs)
        {
            HostNccl.Hang(1, 31);
        }
        else
        {
            HostNccl.Break(2, 31);
        }

        await Train(cluster, "nccl", [.. overrides, Auto]);
        Assert.Equal(_place.Sums("host-001"), _place.Sums("nccl-001"));
        string recovering = RunEvents.Read(_place.Run("nccl-001")).Single(each => each.Kind == "recovering").Text;
        Assert.Contains(hangs ? "has been in exchange." : "remote process exited or there was a network error (6): connection closed by remote peer", recovering, StringComparison.Ordinal);
        Assert.Equal(2, Ways("nccl").Length);
        Assert.Equal(4, HostNccl.Connected);
        await Place.Until(() => Task.FromResult(HostNccl.Live == 0), "all ranks to be freed");
        Assert.Equal((6, 6), (HostNccl.Destroyed, HostNccl.Aborted));
    }

    [HostNcclLossFact]
    public async Task A_silo_that_is_lost_with_its_devices_ends_nobodys_run()
    {
        string[] overrides = [Vae, "replicas=3", "shards=3", "recovery.stepLimit=60"];
        await using PlacedCluster cluster = await Start();
        await Train(cluster, "host", [.. overrides, Off]);
        HostNccl.Hang(0, 31);
        await cluster.Whole.Submit("nccl", Place.Experiment([.. overrides, Auto, "device=cuda"]), 0);
        await Place.Until(() => Task.FromResult(HostNccl.Hung == 1), "a device to wait for the others");

        // Three devices of four: of one pool both.
        string[] held = [.. RunLease.Read(_place.Run("nccl-001"))!.All.Select(each => each.Silo).GroupBy(each => each).OrderBy(each => each.Count()).Select(each => each.Key)];
        string lost = await cluster.SiloOf("left") == held[0] ? "left" : "right";
        await cluster.Kill(lost);
        await cluster.Join(lost);
        await _place.Until("nccl-001", RunState.Finished);
        Assert.Equal(_place.Sums("host-001"), _place.Sums("nccl-001"));
        Assert.DoesNotContain(RunEvents.Read(_place.Run("nccl-001")), each => each.Kind == "failed");
        Assert.All(Ways("nccl"), way => Assert.StartsWith("gradients of encoder, decoder by NCCL 2.18.1", way, StringComparison.Ordinal));
        Assert.Equal(2, Ways("nccl").Length);

        // Those of the devices that were left; whoever is killed frees nothing.
        await Place.Until(() => Task.FromResult(HostNccl.Aborted >= 4), "the other two devices to be called off");
    }

    [HostNcclFact]
    public async Task Devices_that_cannot_connect_leave_it_to_the_host()
    {
        string[] overrides = [Classifier, "replicas=2", "shards=2"];
        await using PlacedCluster cluster = await Start();
        await Train(cluster, "host", [.. overrides, Off]);
        HostNccl.Refuse(1);
        await Train(cluster, "nccl", [.. overrides, Auto]);
        Assert.Equal(_place.Sums("host-001"), _place.Sums("nccl-001"));
        Assert.StartsWith(
            "gradients of classifier without NCCL: ncclCommInitRankConfig of rank 1 of 2 failed: unhandled system error (2): no network interface was found; ",
            Assert.Single(Ways("nccl")), StringComparison.Ordinal);
        Assert.Equal((0, 0), (HostNccl.Groups, HostNccl.Live));
    }

    [Fact]
    public async Task A_library_that_is_not_there_is_no_error()
    {
        await using (PlacedCluster cluster = await PlacedCluster.Start(_place, new QueueLimits(), "/nowhere/libnccl.so.2"))
        {
            string silo = await cluster.SiloOf("left");
            await Train(cluster, "none", [Classifier, "replicas=2", "placement.pool=left"]);
            Assert.Equal([$"gradients of classifier without NCCL: /nowhere/libnccl.so.2 was not found; name NVIDIA's libnccl.so.2 (on {silo})"], Ways("none"));
            await Train(cluster, "alone", [Classifier]);
            Assert.Empty(Ways("alone"));
        }

        await using PlacedCluster pretended = await PlacedCluster.Start(_place, new QueueLimits());
        await Train(pretended, "pretended", [Classifier, "replicas=2"]);
        Assert.StartsWith("gradients of classifier without NCCL: the CUDA devices are pretended (on ", Assert.Single(Ways("pretended")), StringComparison.Ordinal);
        await pretended.Whole.Submit("cpu", Place.Experiment(Classifier, "replicas=2", "placement.pool=cpu"), 0);
        await _place.Until("cpu-001", RunState.Finished);
        Assert.Empty(Ways("cpu"));
    }

    private Task<PlacedCluster> Start() => PlacedCluster.Start(_place, new QueueLimits(), HostNccl.File);

    private async Task Train(PlacedCluster cluster, string name, string[] overrides)
    {
        await cluster.Whole.Submit(name, Place.Experiment([.. overrides, "device=cuda"]), 0);
        await _place.Until(name + "-001", RunState.Finished);
    }

    private string[] Ways(string name) => [.. RunEvents.Read(_place.Run(name + "-001")).Where(each => each.Kind == "exchange").Select(each => each.Text)];
}

/// <summary>A fact that needs a C compiler, and a silo of the test cluster that can be killed as a process can.</summary>
public sealed class HostNcclLossFactAttribute : FactAttribute
{
    public HostNcclLossFactAttribute() => Skip = HostNccl.Missing ?? new StandinFactAttribute().Skip;
}
