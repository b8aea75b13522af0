using System.Runtime.InteropServices;
using Cluster.Bench;
using Cluster.Contracts;
using Cluster.Data;
using Cluster.Models.Adversarial;
using Cluster.Numerics;

namespace Cluster.Grains.Tests;

public sealed class SameBitsTests
{
    [Fact]
    public async Task Actors_give_the_parameters_of_the_plain_loop()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        RunStatus status = await cluster.Finish("actors", "seed=7");
        Assert.Equal((RunState.Finished, null), (status.State, status.Problem));

        ImageDataset digits = DatasetCatalog.Open("digits", "train", DatasetLocator.SearchFolders(null));
        using DeviceThread device = new("test", TorchSharp.torch.CPU, 1);
        (float[] generator, float[] discriminator) = await device.RunAsync(() =>
        {
            using BareGan gan = new(
                new GanOptions { Latent = 8, GeneratorHidden = [16], DiscriminatorHidden = [16] }, new AdamOptions(2e-4, 0.5, 0.999), digits, 16, 7);
            for (int step = 0; step < 12; step++)
            {
                gan.Step(step);
            }

            return (gan.Generator.Values.data<float>().ToArray(), gan.Discriminator.Values.data<float>().ToArray());
        });

        Assert.Equal(generator, Values(cluster, "generator"));
        Assert.Equal(discriminator, Values(cluster, "discriminator"));
    }

    [Fact]
    public async Task Two_replicas_and_three_shards_give_the_same_files_on_one_and_on_two_silos()
    {
        string[] spread = ["replicas=2", "shards=3", "model.discriminatorSteps=2"];
        SortedDictionary<string, string> one, two;
        await using (TrainingCluster cluster = await TrainingCluster.Start(1))
        {
            await cluster.Finish("run", spread);
            one = cluster.Sums("run");
        }

        await using (TrainingCluster cluster = await TrainingCluster.Start(2))
        {
            await cluster.Finish("run", spread);
            two = cluster.Sums("run");
        }

        Assert.Equal(6, one.Count);
        Assert.Equal(one, two);
    }

    [Fact]
    public async Task Slices_larger_than_a_message_chunk_give_the_same_files_on_two_silos()
    {
        // 64-8192-64 has 1.06 million parameters: more than one chunk of 2^20 elements in a message.
        string[] large = ["replicas=2", "steps=2", "model.generator.hidden=[8192, 128]", "model.discriminator.hidden=[128, 8192]"];
        SortedDictionary<string, string> one, two;
        await using (TrainingCluster cluster = await TrainingCluster.Start(1))
        {
            await cluster.Finish("run", large);
            one = cluster.Sums("run");
        }

        await using (TrainingCluster cluster = await TrainingCluster.Start(2))
        {
            await cluster.Finish("run", large);
            two = cluster.Sums("run");
        }

        Assert.Equal(one, two);
    }

    [Fact]
    public async Task Shards_divide_the_work_and_not_the_result()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Finish("whole");
        await cluster.Finish("sliced", "shards=3");

        Assert.Equal(Values(cluster, "generator", "whole"), Values(cluster, "generator", "sliced", 3));
        Assert.Equal(Values(cluster, "discriminator", "whole"), Values(cluster, "discriminator", "sliced", 3));
    }

    [Theory]
    [InlineData("seed=1")]
    [InlineData("model.reuseFakes=false")]
    [InlineData("model.objective=minimax")]
    [InlineData("replicas=2")]
    [InlineData("model.prior=uniform")]
    [InlineData("model.discriminatorSteps=2")]
    public async Task What_the_file_says_changes_the_result(string change)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Finish("plain");
        await cluster.Finish("changed", change);

        Assert.NotEqual(cluster.Sums("plain"), cluster.Sums("changed"));
    }

    [Fact]
    public async Task Clipping_scales_by_the_norm_over_all_shards()
    {
        // Plain SGD moves by rate × gradient: with the norm clipped to c, one step moves the role by rate × c exactly.
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string[] sgd = ["steps=1", "optimizer={name: sgd, learningRate: 0.5, clipNorm: 0.001}", "shards=3"];
        await cluster.Finish("start", [.. sgd, "optimizer.learningRate=1e-30"]);
        await cluster.Finish("moved", sgd);

        float[] before = Values(cluster, "generator", "start", 3), after = Values(cluster, "generator", "moved", 3);
        double moved = Math.Sqrt(before.Zip(after, (a, b) => ((double)a - b) * ((double)a - b)).Sum());
        Assert.Equal(0.5 * 0.001, moved, 2e-6);
    }

    internal static float[] Values(TrainingCluster cluster, string role, string run = "actors", int shards = 1)
    {
        List<float> values = [];
        for (int shard = 0; shard < shards; shard++)
        {
            string path = Path.Combine(cluster.Folder(run).Checkpoints, Contracts.Runs.RunFolder.StepName(Contracts.Runs.RunStateFile.Read(cluster.Folder(run))!.Checkpoint), $"{role}-{shard:D2}-of-{shards:D2}.safetensors");
            using SafetensorsFile file = SafetensorsFile.Open(path);
            using TorchSharp.torch.Tensor tensor = file.Read("values");
            values.AddRange(MemoryMarshal.Cast<byte, float>(tensor.bytes));
        }

        return [.. values];
    }
}
