using Cluster.Contracts;
using Cluster.Numerics.Tests;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;
using TorchSharp;

namespace Cluster.Grains.Tests;

/// <summary>Runs whose gradients are compressed on their way to the shards.</summary>
[Trait("Orleans", "either")]
public sealed class CompressionTests
{
    private const string TopK = "exchange.compression={name: top-k, share: 0.05}";
    private const string PowerSgd = "exchange.compression={name: power-sgd, rank: 1}";

    [Theory]
    [InlineData(TopK)]
    [InlineData(PowerSgd)]
    [InlineData(TopK, "exchange.precision=bfloat16")]
    [InlineData(PowerSgd, "optimizer={name: adam, clipNorm: 0.01}")]
    [InlineData(TopK, "onNonFinite=skip")]
    [InlineData(PowerSgd, "precision=float64")]
    [InlineData(TopK, "model.discriminator.spectralNorm=true")]
    [InlineData(PowerSgd, "exchange={localSteps: 3}")]
    public async Task One_two_and_three_silos_give_the_same_files(string compression, params string[] also)
    {
        string[] spread = ["replicas=3", "shards=2", "batch=64", .. also, compression];
        SortedDictionary<string, string> one = await Sums(1, spread);
        Assert.Equal(one, await Sums(2, spread));
        Assert.Equal(one, await Sums(3, spread));
        Assert.Contains(one.Keys, name => name.Contains("generator-contributor-02-of-03", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("model={kind: rbm, hidden: 12, chains: 20, pools: 2, staleness: 1}", TopK)]
    [InlineData("model={kind: rbm, hidden: 12, chains: 20, pools: 2}", PowerSgd)]
    [InlineData("model={kind: autoencoder, latent: 6, hidden: [16], tied: true}", PowerSgd)]
    public async Task Roles_with_several_kinds_of_contributors_give_the_same_files(string model, string compression)
    {
        string[] spread = [model, "replicas=2", "shards=2", compression];
        SortedDictionary<string, string> one = await Sums(1, spread);
        Assert.Equal(one, await Sums(2, spread));
        Assert.Contains(one.Keys, name => name.Contains("-contributor-03-of-04", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_share_of_one_is_the_plain_exchange()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start(2);
        string[] common = ["replicas=2", "shards=2", "steps=20"];
        await cluster.Finish("plain", common);
        await cluster.Finish("all", [.. common, "exchange.compression={name: top-k, share: 1}"]);
        foreach (string role in new[] { "generator", "discriminator" })
        {
            Assert.Equal(SameBitsTests.Values(cluster, role, "plain", 2), SameBitsTests.Values(cluster, role, "all", 2));
        }
    }

    [Fact]
    public async Task A_rank_that_saves_nothing_is_the_plain_exchange()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start(2);
        await cluster.Finish("plain", "replicas=2");
        await cluster.Finish("all", "replicas=2", "exchange.compression={name: power-sgd, rank: 64}");
        Assert.Equal(SameBitsTests.Values(cluster, "generator", "plain"), SameBitsTests.Values(cluster, "generator", "all"));
    }

    [Theory]
    [InlineData(TopK)]
    [InlineData(PowerSgd)]
    [InlineData(TopK, "exchange={localSteps: 5}")]
    public async Task A_stopped_run_resumes_to_the_same_files(string compression, params string[] also)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start(2);
        string[] run = ["replicas=2", "steps=60", "checkpoint.every=7", .. also, compression];
        await cluster.Finish("whole", run);
        await cluster.FinishInHalves("stopped", TrainingCluster.Experiment(run), 8);
        Assert.Equal(cluster.Sums("whole"), cluster.Sums("stopped"));
    }

    [Theory]
    [InlineData(TopK)]
    [InlineData(PowerSgd)]
    [InlineData("exchange={localSteps: 4}")]
    public async Task A_silo_that_dies_in_the_middle_costs_no_bits(string compression)
    {
        string[] longer = ["replicas=3", "shards=2", "batch=64", "steps=60", "checkpoint.every=10", compression];
        SortedDictionary<string, string> undisturbed = await Sums(1, longer);
        await using TrainingCluster cluster = await TrainingCluster.Start(3);
        await cluster.FinishWithoutASilo("run", TrainingCluster.Experiment(longer), 15);
        Assert.Equal(undisturbed, cluster.Sums("run"));
    }

    [Theory]
    [InlineData(TopK)]
    [InlineData(PowerSgd, "exchange={localSteps: 3}")]
    public async Task Runs_leave_no_tensor_and_no_loan_behind(string compression, params string[] also)
    {
        string[] spread = ["replicas=2", "shards=2", .. also, compression];
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Finish("warm", spread);
        LocalTensors tensors = ((InProcessSiloHandle)cluster.Cluster.Primary!).SiloHost.Services.GetRequiredService<LocalTensors>();
        long before = LiveTensors.Settled();
        await cluster.Finish("long", ["steps=60", "checkpoint.every=20", .. spread]);
        Assert.Equal(before, torch.Tensor.TotalCount);
        Assert.Equal(0, tensors.Open);
    }

    [Theory]
    [InlineData("exchange.compression={name: top-k, share: 0.01}", 0.05)]
    [InlineData("exchange.compression={name: power-sgd, rank: 2}", 0.05)]
    public async Task Few_bytes_travel(string compression, double most)
    {
        // 64-8192-128: a role has more than a million parameters; both directions count.
        string[] large = ["replicas=2", "model.generator.hidden=[8192, 128]", "model.discriminator.hidden=[128, 8192]", "steps=6"];
        (long plain, _) = await Travelled(large);
        (long compressed, long fetched) = await Travelled([.. large, compression]);
        Assert.InRange(plain, 6 * 2 * 2 * 2 * 1_000_000L * sizeof(float), long.MaxValue);
        Assert.InRange(compressed, 1, most * plain);

        // How much of it goes from silo to silo depends on where the actors are; beside it go the whole values with which all begin.
        long begin = plain / (6 * 2), images = 1_000_000;
        Assert.InRange(fetched, 0, compressed + begin + images);
        Assert.True(compressed + begin + images < plain / 4);
    }

    [Theory]
    [InlineData("{name: top-k, share: 0.05}")]
    [InlineData("{name: power-sgd, rank: 2}")]
    public async Task Training_with_compressed_gradients_learns_what_training_with_whole_ones_learns(string compression)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string[] common = ["replicas=2", "steps=400", "metrics.every=400", "model.encoder.hidden=[64]", "model.decoder.hidden=[64]", "optimizer.learningRate=0.003"];
        double start = await Loss(cluster, "start", [.. common, "steps=1"]);
        double whole = await Loss(cluster, "whole", common);
        double compressed = await Loss(cluster, "compressed", [.. common, $"exchange.compression={compression}"]);
        Assert.InRange(compressed, 0, whole + (0.15 * (start - whole)));
    }

    [Theory]
    [InlineData("{kind: dictionary, atoms: 16}", "exchange.compression=top-k", "exchange.compression: this dictionary exchanges no gradients")]
    [InlineData("{kind: dictionary, atoms: 16}", "exchange.localSteps=2", "exchange.localSteps: this dictionary exchanges no gradients")]
    [InlineData("{kind: rbm, hidden: 8, chains: 8}", "exchange.localSteps=2", "exchange.localSteps: 2 needs replicas that can step by themselves")]
    [InlineData(CoderExperiments.Vae, "exchange.localSteps=5", "steps: 12 is no multiple of exchange.localSteps: 5, and the replicas would not meet in the end; choose 10 steps")]
    public async Task Models_that_cannot_are_refused(string model, string exchange, string problem)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        Assert.Contains(problem, await cluster.Problem("run", CoderExperiments.Of(model, exchange)), StringComparison.Ordinal);
    }

    internal static async Task<double> Loss(TrainingCluster cluster, string run, string[] overrides)
    {
        await cluster.Complete(run, CoderExperiments.Of(CoderExperiments.Vae, overrides));
        return (await cluster.Run(run).Status()).Figures["loss"];
    }

    /// <returns>The bytes that actors and shards exchanged, wherever they are, and those that were fetched from silo to silo.</returns>
    private static async Task<(long Exchanged, long Fetched)> Travelled(string[] overrides)
    {
        using CountedBytes exchanged = new("cluster.exchange.bytes"), fetched = new();
        await Sums(2, overrides);
        return (exchanged.Total, fetched.Total);
    }

    private static async Task<SortedDictionary<string, string>> Sums(short silos, string[] overrides)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start(silos);
        await cluster.Finish("run", overrides);
        return cluster.Sums("run");
    }
}
