using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Cluster.Data;
using Cluster.Models;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains.Tests;

/// <summary>Samples of trained models and of files, judged by a classifier that another run has trained.</summary>
[Trait("Orleans", "either")]
public sealed class SampleEvaluationTests
{
    private const string Classifier = "kind: classifier, channels: [4, 8], kernel: 3, hidden: [16]";
    private const string Gan = "kind: gan, latent: 4, generator: {hidden: [8]}, discriminator: {hidden: [8]}";
    private const string Conditional = "kind: gan, conditional: true, latent: 4, generator: {hidden: [8]}, discriminator: {hidden: [8]}";
    private const string Vae = "kind: vae, latent: 3, encoder: {hidden: [12]}, decoder: {hidden: [10]}";
    private const string Rbm = "kind: rbm, hidden: 8, chains: 20";

    private static readonly string[] s_figures =
        ["nearestTraining", "sampleCount", "share0", "share9", "leastShare", "classDivergence", "classifierScore", "frechetDistance", "kernelDistance", "precision", "recall"];

    [Theory]
    [InlineData(Gan)]
    [InlineData(Conditional)]
    [InlineData(Vae)]
    [InlineData(Rbm)]
    public async Task Every_sampling_model_is_judged_beside_held_out_images(string model)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Complete("judge", ClassifierRunTests.Of(Classifier, ClassifierRunTests.Learned));
        await cluster.Complete("run", ClassifierRunTests.Of(
            model, "evaluate={samples: 250, classifier: judge, importanceExamples: 2, importanceSamples: 4, annealingChains: 4, annealingSteps: 4}"));
        Dictionary<string, EvaluationItem> items = await cluster.Evaluated("run");

        Assert.All(s_figures, name => Assert.True(double.IsFinite(items[name].Value) && double.IsFinite(items[name].HeldOut), name));
        Assert.Equal((250, 250), (items["sampleCount"].Value, items["sampleCount"].HeldOut));
        Assert.Equal(1, Enumerable.Range(0, 10).Sum(label => items["share" + label].Value), 1e-9);
        Assert.Equal(Enumerable.Range(0, 10).Min(label => items["share" + label].Value), items["leastShare"].Value);
        Assert.Equal(model == Conditional, items.ContainsKey("classAgreement"));
        Assert.InRange(items["precision"].HeldOut, 0.3, 1);
        Assert.InRange(items["recall"].HeldOut, 0.3, 1);
        Assert.Equal(0x89, items["neighbours"].File![0]);

        // Models that have hardly been trained draw nothing like digits; held-out digits are like them.
        Assert.True(items["frechetDistance"].Value > 2 * items["frechetDistance"].HeldOut, $"{items["frechetDistance"]}");
        Assert.True(items["nearestTraining"].Value > 1.2 * items["nearestTraining"].HeldOut, $"{items["nearestTraining"]}");

        string row = File.ReadLines(cluster.Folder("run").Metrics).Last();
        Assert.Contains("\"evaluate/frechetDistance\":", row, StringComparison.Ordinal);
        Assert.Contains("\"evaluate/heldOut/frechetDistance\":", row, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_is_told_the_class_is_asked_whether_it_heeded()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Complete("judge", ClassifierRunTests.Of(Classifier, [.. ClassifierRunTests.Learned, "evaluate={examples: 250}"]));
        await cluster.Complete("run", ClassifierRunTests.Of(Conditional, "evaluate={samples: 1500, examples: 250, classifier: judge}"));
        EvaluationItem agreement = (await cluster.Evaluated("run"))["classAgreement"];

        Assert.Equal((await cluster.Evaluated("judge"))["accuracy"].Value, agreement.HeldOut);
        Assert.InRange(agreement.Value, 0.02, 0.3); // hardly trained: as good as a guess
        Assert.Equal(Math.Sqrt(agreement.Value * (1 - agreement.Value) / 1500), agreement.StandardError, 1e-12);
    }

    [Fact]
    public async Task Training_images_in_a_file_are_as_good_as_data_and_an_exported_classifier_judges_as_its_run_does()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Complete("judge", ClassifierRunTests.Of(Classifier, ClassifierRunTests.Learned));
        await cluster.Complete("run", ClassifierRunTests.Of(Gan));
        string exported = Path.Combine(cluster.Runs, "judge.safetensors"), samples = Path.Combine(cluster.Runs, "samples.npy");
        await using (FileStream file = File.Create(exported))
        {
            await foreach (byte[] piece in cluster.Run("judge").Export())
            {
                await file.WriteAsync(piece);
            }
        }

        ImageDataset digits = DatasetCatalog.Open("digits", "train", DatasetLocator.SearchFolders(null));
        float[] pixels = new float[400 * digits.Pixels];
        digits.Gather([.. Enumerable.Range(0, 400)], pixels, 0, 1);
        await File.WriteAllBytesAsync(samples, Npy(pixels, 400, 8, 8));
        string before = await File.ReadAllTextAsync(cluster.Folder("run").Metrics);
        Dictionary<string, EvaluationItem> run = await cluster.Evaluated("run", new EvaluationRequest("judge", samples));
        Dictionary<string, EvaluationItem> file2 = await cluster.Evaluated("run", new EvaluationRequest(exported, samples));

        Assert.Equal(s_figures.Select(name => run[name].Value), s_figures.Select(name => file2[name].Value));
        Assert.False(run.ContainsKey("fakeScore"), "the run's own model was judged too");
        Assert.Equal(0, run["nearestTraining"].Value, 1e-5);
        Assert.InRange(run["precision"].Value, 0.6, 1);
        Assert.InRange(run["leastShare"].Value, 0.04, 0.1);
        Assert.True(run["frechetDistance"].Value < run["frechetDistance"].HeldOut, $"{run["frechetDistance"]}");
        Assert.Equal(before, await File.ReadAllTextAsync(cluster.Folder("run").Metrics));
    }

    [Fact]
    public async Task Without_a_classifier_neighbours_alone_are_looked_for()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Complete("run", ClassifierRunTests.Of(Gan));
        Dictionary<string, EvaluationItem> items = await cluster.Evaluated("run");
        Assert.True(items["nearestTraining"].Value > items["nearestTraining"].HeldOut);
        Assert.False(items.ContainsKey("frechetDistance"));
    }

    [Fact]
    public async Task What_is_no_classifier_for_these_images_is_named()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Complete("run", ClassifierRunTests.Of(Gan));
        string samples = Path.Combine(cluster.Runs, "samples.npy"), other = Path.Combine(cluster.Runs, "other.safetensors");
        await File.WriteAllBytesAsync(samples, Npy(new float[30 * 81], 30, 9, 9));
        await File.WriteAllBytesAsync(other, [1, 2, 3]);
        async Task<string> Refused(string? classifier, string? file = null) =>
            (await Assert.ThrowsAsync<InputException>(() => cluster.Evaluated("run", new EvaluationRequest(classifier, file)))).Message;

        Assert.StartsWith("evaluate.classifier: unknown run 'nobody'", await Refused("nobody"), StringComparison.Ordinal);
        Assert.Equal("evaluate.classifier: run run is a gan; name a run of kind classifier, as examples/classifier-mnist.yaml trains one", await Refused("run"));
        Assert.Contains("nobody.safetensors cannot be read", await Refused("nobody.safetensors"), StringComparison.Ordinal);
        Assert.Contains("other.safetensors cannot be read", await Refused(other), StringComparison.Ordinal);
        string fitting = Path.Combine(cluster.Runs, "fitting.npy");
        await File.WriteAllBytesAsync(fitting, Npy(new float[30 * 64], 30, 8, 8));
        Assert.StartsWith("--samples: needs a classifier", await Refused(null, fitting), StringComparison.Ordinal);
        Assert.Contains("its images are 1x9x9, those of digits 1x8x8", await Refused(null, samples), StringComparison.Ordinal);
        Assert.Contains("has no file for the split train", await Refused(null, Path.Combine(cluster.Runs, "missing.npy")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pictures_move_along_latents_and_classes()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Complete("run", ClassifierRunTests.Of(Conditional));
        IExperimentGrain run = cluster.Run("run");
        byte[] classes = await run.Sample("classes", 3, 4, 1), path = await run.Sample("interpolation", 3, 4, 1), samples = await run.Sample(null, 3, 4, 1);
        Assert.Equal(3, new[] { classes, path, samples }.Select(Convert.ToHexString).Distinct().Count());
        Assert.Equal(path, await run.Sample("interpolation", 3, 4, 1));
        Assert.NotEqual(samples, await run.Sample(null, 3, 4, 1, truncation: 0.3));

        await cluster.Complete("coder", ClassifierRunTests.Of(Vae));
        InputException refused = await Assert.ThrowsAsync<InputException>(() => cluster.Run("coder").Sample(null, 2, 2, 0, truncation: 1));
        Assert.Equal("--truncation: a vae has no normal latents to truncate; leave it out", refused.Message);
        await cluster.Complete("uniform", ClassifierRunTests.Of("kind: gan, prior: uniform"));
        refused = await Assert.ThrowsAsync<InputException>(() => cluster.Run("uniform").Sample(null, 2, 2, 0, truncation: 1));
        Assert.Equal("--truncation: a gan has no normal latents to truncate; leave it out", refused.Message);
    }

    [Fact]
    public void Latents_between_two_lie_on_their_great_circle()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor from = tensor(new double[,] { { 2, 0 }, { 1, 1 }, { 1, 0 } }), to = tensor(new double[,] { { 0, 2 }, { 3, 3 }, { -1, 0 } });
        double[] path = LatentPictures.Between(from, to, 3).data<double>().ToArray();
        double half = Math.Sqrt(2);

        // A quarter of a circle; two in one direction, and two opposite ones, on a straight line.
        double[] expected = [2, 0, half, half, 0, 2, 1, 1, 2, 2, 3, 3, 1, 0, 0, 0, -1, 0];
        Assert.All(path.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-9));
        Assert.Equal([2.0, 0], LatentPictures.Between(from.narrow(0, 0, 1), to.narrow(0, 0, 1), 1).data<double>().ToArray());
    }

    [Fact]
    public void Truncated_latents_are_normals_within_their_bound()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor latent = empty(200, 50), before = empty(200, 50);
        RandomStream.Named(1, "t", 0, 0, "z").FillNormal(latent);
        before.copy_(latent);
        GeneratorSamples.Truncate(latent, 0.5, () => RandomStream.Named(1, "t", 0, 0, "again"));
        Assert.InRange(latent.abs().max().ToDouble(), 0.49, 0.5);

        // Those within stay; the variance of a normal cut at ½ is 1 − φ(½)/(Φ(½) − ½) = 0.0806.
        Assert.Equal(0, ((latent - before) * (before.abs() <= 0.5)).abs().max().ToDouble());
        Assert.Equal(0.0806, latent.var().ToDouble(), 0.004);
    }

    private static byte[] Npy(float[] values, params int[] shape)
    {
        string header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({string.Join(", ", shape)}), }}";
        header = header.PadRight(118 - 1) + "\n";
        byte[] start = [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0];
        return [.. start, .. System.Text.Encoding.ASCII.GetBytes(header), .. System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan())];
    }
}
