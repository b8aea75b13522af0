using System.Runtime.InteropServices;
using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Cluster.Data;
using Cluster.Models.Autoencoders;
using Cluster.Models.Variational;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains.Tests;

public sealed class CoderSameBitsTests
{
    public static TheoryData<string, string[]> Spreads => new()
    {
        { CoderExperiments.Vae, ["replicas=2", "shards=2", "model.microbatches=4"] },
        { CoderExperiments.Vae, ["replicas=2", "model.objective=iwae", "model.samples=3", "model.posterior=cholesky", "shards=3"] },
        { CoderExperiments.Vae, ["replicas=2", "model.estimator=log-derivative", "model.conditional=true"] },
        { CoderExperiments.Autoencoder, ["replicas=2", "model.tied=true", "model.microbatches=2"] },
        { CoderExperiments.Autoencoder, ["replicas=2", "model.greedySteps=4", "model.corruption=masking"] },
        { CoderExperiments.VqVae, ["replicas=2", "shards=2", "model.microbatches=2"] },
    };

    [Theory]
    [MemberData(nameof(Spreads))]
    public async Task One_silo_and_two_give_the_same_files(string model, string[] overrides)
    {
        SortedDictionary<string, string> one, two;
        await using (TrainingCluster cluster = await TrainingCluster.Start(1))
        {
            await cluster.Complete("run", CoderExperiments.Of(model, overrides));
            one = cluster.Sums("run");
        }

        await using (TrainingCluster cluster = await TrainingCluster.Start(2))
        {
            await cluster.Complete("run", CoderExperiments.Of(model, overrides));
            two = cluster.Sums("run");
        }

        Assert.NotEmpty(one);
        Assert.Equal(one, two);
    }

    [Fact]
    public async Task Actors_give_the_parameters_of_a_plain_loop_over_the_halves()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Complete("actors", CoderExperiments.Of(CoderExperiments.Vae, "seed=7", "data.binarize=none", "model.microbatches=2"));

        using DeviceThread device = new("test", CPU, 1);
        (float[] encoder, float[] decoder) = await device.RunAsync(() => Loop(seed: 7, steps: 12, batch: 16, pieces: 2));
        Assert.Equal(encoder, Values(cluster, "actors", "encoder"));
        Assert.Equal(decoder, Values(cluster, "actors", "decoder"));
    }

    [Theory]
    [InlineData(CoderExperiments.Vae)]
    [InlineData(CoderExperiments.VqVae)]
    [InlineData(CoderExperiments.Autoencoder)]
    public async Task Microbatches_change_only_the_rounding(string model)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string[] common = ["precision=float64", "steps=3"];
        await cluster.Complete("whole", CoderExperiments.Of(model, common));
        await cluster.Complete("pieces", CoderExperiments.Of(model, [.. common, "model.microbatches=4"]));

        AssertNear(Doubles(cluster, "whole", "encoder"), Doubles(cluster, "pieces", "encoder"));
        AssertNear(Doubles(cluster, "whole", "decoder"), Doubles(cluster, "pieces", "decoder"));
    }

    [Fact]
    public async Task Two_replicas_learn_what_one_learns_from_their_joint_batch()
    {
        // Without noise in the codes the mean over two replicas of 8 is the mean over one of 16; tied weights have twice the contributors.
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string[] common = ["precision=float64", "steps=3", "model.tied=true", "data.binarize=none"];
        await cluster.Complete("one", CoderExperiments.Of(CoderExperiments.Autoencoder, common));
        await cluster.Complete("two", CoderExperiments.Of(CoderExperiments.Autoencoder, [.. common, "replicas=2", "batch=8"]));

        AssertNear(Doubles(cluster, "one", "encoder"), Doubles(cluster, "two", "encoder"));
        AssertNear(Doubles(cluster, "one", "decoder"), Doubles(cluster, "two", "decoder"));
    }

    [Theory]
    [InlineData(CoderExperiments.Vae, "model.beta=2")]
    [InlineData(CoderExperiments.Vae, "model.samples=2")]
    [InlineData(CoderExperiments.Vae, "model.posterior=cholesky")]
    [InlineData(CoderExperiments.Vae, "model.likelihood=gaussian")]
    [InlineData(CoderExperiments.Vae, "model.estimator=log-derivative")]
    [InlineData(CoderExperiments.Vae, "data.binarize=threshold")]
    [InlineData(CoderExperiments.Vae, "model.anomaly=3")]
    [InlineData(CoderExperiments.Autoencoder, "model.loss=squared-error")]
    [InlineData(CoderExperiments.Autoencoder, "model.corruption=gaussian")]
    [InlineData(CoderExperiments.Autoencoder, "model.contraction=0.5")]
    [InlineData(CoderExperiments.Autoencoder, "model.sparsity=l1")]
    [InlineData(CoderExperiments.Autoencoder, "model.greedySteps=3")]
    [InlineData(CoderExperiments.Autoencoder, "model.code=tanh")]
    [InlineData(CoderExperiments.VqVae, "model.commitment=1")]
    [InlineData(CoderExperiments.VqVae, "model.decay=0.5")]
    public async Task What_the_file_says_changes_the_result(string model, string change)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Complete("plain", CoderExperiments.Of(model));
        await cluster.Complete("changed", CoderExperiments.Of(model, change));

        Assert.NotEqual(cluster.Sums("plain"), cluster.Sums("changed"));
    }

    [Fact]
    public async Task A_codebook_follows_the_data_as_a_moving_average()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Complete("run", CoderExperiments.Of(CoderExperiments.VqVae, "steps=40", "model.decay=0.5"));

        // 16 images of 4 vectors make 64 choices a step: the counts' total has long left the 8 that they began with.
        Assert.Equal(64, Values(cluster, "run", "codebook")[..8].Sum(), 0.01);
    }

    private static (float[] Encoder, float[] Decoder) Loop(ulong seed, int steps, int batch, int pieces)
    {
        ImageDataset digits = DatasetCatalog.Open("digits", "train", DatasetLocator.SearchFolders(null));
        Vae vae = new(new VaeOptions { Latent = 3, EncoderHidden = [12], DecoderHidden = [10] }, digits.Pixels);
        using FlatParameters encoder = new(vae.Encoder, CPU), decoder = new(vae.Decoder, CPU);
        encoder.Initialize(seed, "encoder");
        decoder.Initialize(seed, "decoder");
        using FlatOptimizer first = FlatOptimizer.Create(new AdamOptions(1e-3, 0.9, 0.999), encoder.Layout.Count, CPU);
        using FlatOptimizer second = FlatOptimizer.Create(new AdamOptions(1e-3, 0.9, 0.999), decoder.Layout.Count, CPU);
        EpochSampler sampler = new(digits.Count, batch, 0, 1, seed);
        int[] indices = new int[batch];
        float[] pixels = new float[batch * digits.Pixels];
        for (int step = 0; step < steps; step++)
        {
            using DisposeScope scope = NewDisposeScope();
            sampler.Indices(step, indices);
            digits.Gather(indices, pixels, 0, 1);
            Tensor x_BD = frombuffer(pixels, ScalarType.Float32).view(batch, digits.Pixels);
            encoder.ZeroGradients();
            decoder.ZeroGradients();
            int rows = batch / pieces;
            for (int piece = 0; piece < pieces; piece++)
            {
                BatchPiece part = new(x_BD.narrow(0, piece * rows, rows), null, piece * rows, batch, new NoiseName(seed, 0, step));
                using Codes codes = vae.Encode(encoder, null, part);
                using Answer answer = vae.Decode(decoder, null, part, codes.Code.detach(), codes.Term!.detach());
                codes.Backward(answer);
            }

            first.Step(encoder.Values, encoder.Gradients);
            second.Step(decoder.Values, decoder.Gradients);
        }

        return (encoder.Values.data<float>().ToArray(), decoder.Values.data<float>().ToArray());
    }

    private static byte[] Bytes(TrainingCluster cluster, string run, string role)
    {
        string folder = Path.Combine(cluster.Folder(run).Checkpoints, RunFolder.StepName(RunStateFile.Read(cluster.Folder(run))!.Checkpoint));
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(folder, $"{role}-00-of-01.safetensors"));
        using Tensor tensor = file.Read("values");
        return tensor.bytes.ToArray();
    }

    private static float[] Values(TrainingCluster cluster, string run, string role) => MemoryMarshal.Cast<byte, float>(Bytes(cluster, run, role)).ToArray();

    private static double[] Doubles(TrainingCluster cluster, string run, string role) => MemoryMarshal.Cast<byte, double>(Bytes(cluster, run, role)).ToArray();

    private static void AssertNear(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 1e-7);
        }
    }
}
