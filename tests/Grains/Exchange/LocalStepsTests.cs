using System.Runtime.InteropServices;
using Cluster.Contracts.Runs;
using Cluster.Data;
using Cluster.Models.Autoencoders;
using Cluster.Models.Variational;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains.Tests;

/// <summary>Replicas that step by themselves and meet every so many steps (DiLoCo).</summary>
[Trait("Orleans", "either")]
public sealed class LocalStepsTests
{
    [Theory]
    [InlineData(1, 1.0, 0.0)]
    [InlineData(4, 1.0, 0.0)]
    [InlineData(3, 0.7, 0.9)]
    public async Task Runs_equal_a_plain_loop_over_replicas(int every, double rate, double momentum)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start(2);
        await cluster.Complete("run", CoderExperiments.Of(
            CoderExperiments.Vae, "seed=7", "data.binarize=none", "precision=float64", "replicas=2", "shards=2", "optimizer={name: adamw, learningRate: 0.002}",
            FormattableString.Invariant($"exchange={{localSteps: {every}, outerLearningRate: {rate}, outerMomentum: {momentum}}}")));
        using DeviceThread device = new("test", CPU, 1);
        (double[] encoder, double[] decoder) = await device.RunAsync(() => Loop(every, rate, momentum));
        RequireNear(encoder, Values(cluster, "encoder"));
        RequireNear(decoder, Values(cluster, "decoder"));
    }

    [Theory]
    [InlineData("model.discriminatorSteps=2")]
    [InlineData("optimizer={name: adam, clipNorm: 0.1}")]
    [InlineData("model.objective=wasserstein")]
    [InlineData("model.discriminator.spectralNorm=true")]
    [InlineData("onNonFinite=skip")]
    [InlineData("exchange.precision=bfloat16")]
    public async Task One_two_and_three_silos_give_the_same_files(string also)
    {
        string[] spread = ["replicas=3", "shards=2", "batch=64", "exchange={localSteps: 3}", also];
        SortedDictionary<string, string> one = await Sums(1, spread);
        Assert.Equal(one, await Sums(2, spread));
        Assert.Equal(one, await Sums(3, spread));
    }

    [Fact]
    public async Task A_run_that_stops_between_two_meetings_resumes_to_the_same_files()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start(2);
        string[] run = ["replicas=2", "steps=80", "checkpoint.every=7", "exchange={localSteps: 10}"];
        await cluster.Finish("whole", run);
        await cluster.FinishInHalves("stopped", TrainingCluster.Experiment(run), 8);
        Assert.Equal(cluster.Sums("whole"), cluster.Sums("stopped"));
    }

    [Fact]
    public async Task Replicas_that_meet_seldom_learn_what_replicas_learn_that_meet_always()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string[] common = ["replicas=2", "steps=400", "metrics.every=400", "model.encoder.hidden=[64]", "model.decoder.hidden=[64]", "optimizer={name: adamw, learningRate: 0.003}"];
        double start = await CompressionTests.Loss(cluster, "start", [.. common, "steps=1"]);
        double together = await CompressionTests.Loss(cluster, "together", common);
        double apart = await CompressionTests.Loss(cluster, "apart", [.. common, "exchange={localSteps: 20}"]);
        Assert.InRange(apart, 0, together + (0.15 * (start - together)));
    }

    private static async Task<SortedDictionary<string, string>> Sums(short silos, string[] overrides)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start(silos);
        await cluster.Finish("run", overrides);
        return cluster.Sums("run");
    }

    private static void RequireNear(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-10));
    }

    private static double[] Values(TrainingCluster cluster, string role) => [.. Enumerable.Range(0, 2).SelectMany(shard =>
    {
        string path = Path.Combine(cluster.Folder("run").Checkpoints, RunFolder.StepName(12), $"{role}-{shard:D2}-of-02.safetensors");
        using SafetensorsFile file = SafetensorsFile.Open(path);
        using Tensor tensor = file.Read("values");
        return MemoryMarshal.Cast<byte, double>(tensor.bytes).ToArray();
    })];

    /// <summary>Algorithm 1 of the paper on two halves of a VAE, the outer step written out in numbers: θ − rate (Δ + momentum m) with m ← momentum m + Δ.</summary>
    private static (double[] Encoder, double[] Decoder) Loop(int every, double rate, double momentum)
    {
        const ulong seed = 7;
        const int steps = 12, batch = 16, replicas = 2;
        ImageDataset digits = DatasetCatalog.Open("digits", "train", DatasetLocator.SearchFolders(null));
        Vae vae = new(new VaeOptions { Latent = 3, EncoderHidden = [12], DecoderHidden = [10] }, digits.Pixels);
        Half[][] halves = [.. Enumerable.Range(0, replicas).Select(_ => new Half[] { new(vae.Encoder, seed, "encoder"), new(vae.Decoder, seed, "decoder") })];
        double[][] outer = [.. halves[0].Select(half => half.Parameters.Values.AsDoubles().ToArray())], velocity = [.. outer.Select(values => new double[values.Length])];
        EpochSampler[] samplers = [.. Enumerable.Range(0, replicas).Select(replica => new EpochSampler(digits.Count, batch, replica, replicas, seed))];
        int[] indices = new int[batch];
        float[] pixels = new float[batch * digits.Pixels];
        for (int step = 0; step < steps; step++)
        {
            for (int replica = 0; replica < replicas; replica++)
            {
                using DisposeScope scope = NewDisposeScope();
                samplers[replica].Indices(step, indices);
                digits.Gather(indices, pixels, 0, 1);
                Tensor x_BD = frombuffer(pixels, ScalarType.Float32).view(batch, digits.Pixels).to_type(ScalarType.Float64);
                (FlatParameters encoder, FlatParameters decoder) = (halves[replica][0].Parameters, halves[replica][1].Parameters);
                encoder.ZeroGradients();
                decoder.ZeroGradients();
                BatchPiece piece = new(x_BD, null, 0, batch, new NoiseName(seed, replica, step));
                using Codes codes = vae.Encode(encoder, null, piece);
                using Answer answer = vae.Decode(decoder, null, piece, codes.Code.detach(), codes.Term!.detach());
                codes.Backward(answer);
                foreach (Half half in halves[replica])
                {
                    half.Optimizer.Step(half.Parameters.Values, half.Parameters.Gradients);
                }
            }

            if ((step + 1) % every != 0)
            {
                continue;
            }

            for (int which = 0; which < 2; which++)
            {
                for (int i = 0; i < outer[which].Length; i++)
                {
                    (int half, int place) = (which, i);
                    double moved = outer[half][place] - halves.Average(each => each[half].Parameters.Values.AsDoubles()[place]);
                    velocity[half][place] = (momentum * velocity[half][place]) + moved;
                    outer[half][place] -= rate * (moved + (momentum * velocity[half][place]));
                }

                foreach (Half[] replica in halves)
                {
                    outer[which].CopyTo(replica[which].Parameters.Values.AsDoubles());
                }
            }
        }

        foreach (Half half in halves.SelectMany(each => each))
        {
            half.Dispose();
        }

        return (outer[0], outer[1]);
    }

    private sealed class Half : IDisposable
    {
        public Half(ParameterLayout layout, ulong seed, string role)
        {
            Parameters = new FlatParameters(layout, CPU, ScalarType.Float64);
            Parameters.Initialize(seed, role);
            Optimizer = FlatOptimizer.Create(new AdamWOptions(0.002, 0.9, 0.999, 1e-8, 0.01), layout.Count, CPU, ScalarType.Float64);
        }

        public FlatParameters Parameters { get; }

        public FlatOptimizer Optimizer { get; }

        public void Dispose()
        {
            Optimizer.Dispose();
            Parameters.Dispose();
        }
    }
}
