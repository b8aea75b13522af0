using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;

namespace Cluster.Grains.Tests;

/// <summary>Runs over several silos whose tensors travel beside the messages: the bits are those of one silo, where nothing travels.</summary>
public sealed class BulkExchangeTests
{
    private static readonly string[] Spread = ["replicas=3", "shards=2", "batch=64"];

    [Theory]
    [InlineData("tcp", "model.discriminatorSteps=2")]
    [InlineData("memory", "model.discriminatorSteps=2")]
    [InlineData("memory", "optimizer={name: adam, clipNorm: 0.01}")]
    [InlineData("memory", "onNonFinite=skip")]
    [InlineData("memory", "precision=float64")]
    [InlineData("memory", "optimizer={name: rmsprop, momentum: 0.5}")]
    public async Task Three_silos_give_the_files_of_one(string way, string also)
    {
        SortedDictionary<string, string> one = await Sums(1, way, [.. Spread, also]);
        using CountedBytes fetched = new();
        SortedDictionary<string, string> three = await Sums(3, way, [.. Spread, also]);
        Assert.Equal(4, one.Count);
        Assert.Equal(one, three);
        Assert.True(fetched.By(OperatingSystem.IsLinux() ? way : "tcp") > 0, "nothing travelled beside the messages");
    }

    [Fact]
    public async Task Slices_of_several_buckets_give_the_files_of_one_silo()
    {
        // 64-8192-128 has 1.58 million parameters: seven buckets in one shard, the last of them short.
        string[] large = ["replicas=2", "steps=3", "model.generator.hidden=[8192, 128]", "model.discriminator.hidden=[128, 8192]"];
        SortedDictionary<string, string> one = await Sums(1, "memory", large);
        using CountedBytes fetched = new();
        Assert.Equal(one, await Sums(2, "memory", large));
        Assert.Equal(one, await Sums(2, "tcp", large));
        Assert.True(fetched.By("tcp") > 30_000_000 || fetched.By("memory") > 30_000_000, "the gradients did not travel beside the messages");
    }

    [Fact]
    public async Task Without_a_bulk_channel_everything_travels_in_messages_with_the_same_bits()
    {
        SortedDictionary<string, string> one = await Sums(1, "memory", Spread);
        using CountedBytes fetched = new();
        await using TrainingCluster cluster = await TrainingCluster.Start(2, bulk: options => options.Enabled = false);
        Assert.Equal(RunState.Finished, (await cluster.Finish("run", Spread)).State);
        Assert.Equal(one, cluster.Sums("run"));
        Assert.Equal(0, fetched.Total);
    }

    [Fact]
    public async Task No_offer_stays_open_when_a_run_has_ended()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start(3, bulk: options => options.Threshold = 256);
        Assert.Equal(RunState.Finished, (await cluster.Finish("run", Spread)).State);
        foreach (SiloHandle silo in cluster.Cluster.Silos)
        {
            Assert.Equal(0, cluster.Cluster.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<BulkChannel>().Open);
        }
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("memory")]
    public async Task A_silo_that_dies_in_the_middle_costs_no_bits(string way)
    {
        string[] longer = [.. Spread, "steps=60", "checkpoint.every=10"];
        SortedDictionary<string, string> undisturbed = await Sums(1, way, longer);
        await using TrainingCluster cluster = await Start(3, way);
        await cluster.Run("run").Start(TrainingCluster.Experiment(longer));
        await cluster.Until("run", status => status.Step >= 15);
        SiloHandle victim = cluster.Cluster.SecondarySilos[^1];
        await cluster.Cluster.KillSiloAsync(victim);
        RunStatus status = await cluster.Ended("run");
        if (status.State == RunState.Failed)
        {
            Assert.Fail(status.Problem);
        }

        // The silo that carried the run itself may have been the one; then somebody resumes it.
        if (status.State != RunState.Finished)
        {
            await cluster.Run("run").Resume();
            status = await cluster.Ended("run");
        }

        Assert.Equal((RunState.Finished, null), (status.State, status.Problem));
        Assert.Equal(undisturbed, cluster.Sums("run"));
    }

    private static Task<TrainingCluster> Start(short silos, string way) => TrainingCluster.Start(silos, bulk: options =>
    {
        options.Threshold = 256;
        options.SharedMemory = way == "memory";
    });

    private static async Task<SortedDictionary<string, string>> Sums(short silos, string way, string[] overrides)
    {
        await using TrainingCluster cluster = await Start(silos, way);
        RunStatus status = await cluster.Finish("run", overrides);
        Assert.Equal((RunState.Finished, null), (status.State, status.Problem));
        return cluster.Sums("run");
    }
}
