using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Contracts.Runs;

namespace Cluster.Grains.Tests;

/// <summary>Each variant of a GAN through the actors: same files wherever its pieces are, judged, drawn, and refused where it does not fit.</summary>
[Trait("Orleans", "either")]
public sealed class GanVariantTests
{
    private const string Penalty = "objective: wasserstein-gp, discriminatorSteps: 2, latent: 4, generator: {hidden: [8]}, discriminator: {hidden: [8]}";
    private const string Spectral = "objective: hinge, latent: 4, generator: {hidden: [8]}, discriminator: {hidden: [8], spectralNorm: true, minibatchKernels: 3}";
    private const string Clipped = "objective: wasserstein, weightClip: 0.02, discriminatorSteps: 2, latent: 4, generator: {hidden: [8]}, discriminator: {hidden: [8]}";
    private const string Conditional =
        "objective: least-squares, conditional: true, reuseFakes: false, latent: 4, generator: {net: dcgan, channels: 2}, discriminator: {net: dcgan, channels: 2}";
    private const string SpectralConvolutions =
        "objective: squared-hellinger, conditional: true, latent: 4, generator: {net: dcgan, channels: 2}, discriminator: {net: dcgan, channels: 2, spectralNorm: true}";

    private const string Information =
        "objective: non-saturating, codes: {categorical: [4], continuous: 1}, latent: 4, generator: {hidden: [8], spectralNorm: true}, discriminator: {hidden: [8]}";
    private const string Energy =
        "objective: energy-based, margin: 0.5, pullingAway: 0.1, latent: 4, generator: {hidden: [8], average: 0.9}, discriminator: {hidden: [8, 4]}";
    private const string EnergyConvolutions = "objective: energy-based, latent: 4, generator: {net: dcgan, channels: 2}, discriminator: {net: dcgan, channels: 2}";
    private const string BigGan =
        "objective: hinge, conditional: true, discriminatorSteps: 2, latent: 6, codes: {categorical: [3]}, "
        + "generator: {net: dcgan, channels: 2, classEmbedding: 3, skipLatent: true, spectralNorm: true, initialization: orthogonal, orthogonal: 0.0001, average: 0.9}, "
        + "discriminator: {net: dcgan, channels: 2, spectralNorm: true, initialization: orthogonal}";

    public static TheoryData<string> Variants { get; } =
        [Penalty, Spectral, Clipped, Conditional, SpectralConvolutions, Information, Energy, EnergyConvolutions, BigGan];

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Two_silos_with_a_pause_and_three_with_a_loss_change_no_file(string model)
    {
        string experiment = Of(
            model, "replicas=2", "shards=2", "steps=60", "checkpoint.every=10", "optimizer={name: adam, learningRate: 0.001, schedule: {name: cosine, warmup: 5}}");
        SortedDictionary<string, string> one;
        await using (TrainingCluster cluster = await TrainingCluster.Start(1))
        {
            await cluster.Complete("run", experiment);
            one = cluster.Sums("run");
        }

        await using (TrainingCluster cluster = await TrainingCluster.Start(2))
        {
            await cluster.FinishInHalves("run", experiment, after: 5);
            Assert.Equal(one, cluster.Sums("run"));
        }

        await using (TrainingCluster cluster = await TrainingCluster.Start(3))
        {
            await cluster.Run("run").Start(experiment);
            await cluster.Until("run", status => status.Step >= 15);
            await cluster.Cluster.KillSiloAsync(await RunLifeTests.SiloWithout(cluster, "run"));
            RunStatus status = await cluster.Ended("run");
            Assert.Equal((RunState.Finished, null), (status.State, status.Problem));
            Assert.Equal(one, cluster.Sums("run"));
        }

        string[] halves = model.Split("discriminator:");
        Assert.Equal(halves[0].Contains("spectralNorm", StringComparison.Ordinal), one.ContainsKey("generator-memory-00-of-02.safetensors"));
        Assert.Equal(halves[0].Contains("average", StringComparison.Ordinal), one.ContainsKey("generator-average-00-of-02.safetensors"));
        Assert.Equal(halves[1].Contains("spectralNorm", StringComparison.Ordinal), one.ContainsKey("discriminator-memory-00-of-02.safetensors"));
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Trained_networks_are_judged_and_drawn(string model)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string experiment = Of(model, "sample.every=6", "evaluate.examples=40");
        await cluster.Complete("run", experiment);
        Dictionary<string, EvaluationItem> items = await Evaluated(cluster, "run", experiment);

        Assert.NotEmpty(Directory.EnumerateFiles(cluster.Folder("run").Samples));
        Assert.Equal(40, items["examples"].Value);
        Assert.True(double.IsFinite(items["heldOutScore"].Value) && double.IsFinite(items["fakeScore"].Value));
        Assert.Equal(model.Contains("categorical", StringComparison.Ordinal), items.TryGetValue("codeInformation", out EvaluationItem? information));
        Assert.True((information?.Value ?? 0) <= Math.Log(4));
        Assert.InRange(information is null ? 0 : items["codeAccuracy"].Value, 0, 1);
        bool decides = !model.Contains("wasserstein", StringComparison.Ordinal) && !model.Contains("energy", StringComparison.Ordinal);
        Assert.Equal(decides, items.TryGetValue("discriminatorAccuracy", out EvaluationItem? accuracy));
        Assert.InRange(accuracy?.Value ?? 0, 0, 1);
        Assert.Equal(0x89, items["samples"].File![0]);
        Assert.False(items.ContainsKey("modesCovered"));
    }

    [Fact]
    public async Task Clipped_parameters_stay_within_their_bound_and_reach_it()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Complete("run", Of(Clipped));
        float[] critic = SameBitsTests.Values(cluster, "discriminator", "run"), generator = SameBitsTests.Values(cluster, "generator", "run");

        Assert.Equal(0.02f, critic.Max(Math.Abs));
        Assert.True(generator.Max(Math.Abs) > 0.02f);
    }

    [Theory]
    [InlineData("model.gradientPenalty=1")]
    [InlineData("model.discriminator.spectralNorm=true")]
    [InlineData("model.discriminatorSteps=1")]
    [InlineData("model.conditional=true")]
    [InlineData("model.codes.continuous=1")]
    [InlineData("model.generator.spectralNorm=true")]
    [InlineData("model.generator.initialization=orthogonal")]
    [InlineData("model.generator.orthogonal=0.01")]
    [InlineData("model.discriminator.initialization=orthogonal")]
    [InlineData("optimizer.schedule.warmup=5")]
    public async Task What_the_file_says_changes_the_result(string change)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Complete("plain", Of(Penalty));
        await cluster.Complete("changed", Of(Penalty, change));
        Assert.NotEqual(SameBitsTests.Values(cluster, "generator", "plain"), SameBitsTests.Values(cluster, "generator", "changed"));
    }

    [Fact]
    public async Task On_a_mixture_modes_and_high_quality_samples_are_counted()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string experiment = Of("objective: hinge, latent: 2, generator: {hidden: [8], output: linear}, discriminator: {hidden: [8], spectralNorm: true}", "data.name=ring-8", "evaluate.examples=60");
        await cluster.Complete("run", experiment);
        Dictionary<string, EvaluationItem> items = await Evaluated(cluster, "run", experiment);

        Assert.InRange(items["modesCovered"].Value, 0, 8);
        Assert.InRange(items["highQuality"].Value, 0, 0.5);
        Assert.Equal(0x89, items["samples"].File![0]);
    }

    [Theory]
    [InlineData("{objective: hinge, generator: {net: dcgan}}", "data.name=ring-8", "model: ring-8: Images of 1x2 do not fit a DCGAN, which doubles a side of 4 to 7: it takes squares such as 28x28, 32x32 and 64x64; use net: mlp.")]
    [InlineData("{latent: 1, generator: {net: dcgan, skipLatent: true}}", "data.name=digits", "model: digits: skip-z divides z into 2 pieces: latent must be at least 2, but is 1.")]
    [InlineData("{objective: hinge}", "data.name=ring-8", "generators that end in tanh need values from -1 to 1")]
    public async Task What_does_not_fit_the_data_is_refused(string model, string change, string expected)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        Assert.Contains(expected, await cluster.Problem("run", Of(model[1..^1], change)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_conditional_model_needs_labels()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string file = Path.Combine(cluster.Runs, "points.csv");
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, 40).Select(row => row % 2 == 0 ? "0,1" : "1,0"));
        Assert.Equal(
            $"model.conditional: {file}/train has no labels to condition on; train without, or on data with labels",
            await cluster.Problem("run", Of("conditional: true", "data={name: " + file + "}")));
    }

    private static async Task<Dictionary<string, EvaluationItem>> Evaluated(TrainingCluster cluster, string run, string experiment)
    {
        string checkpoint = RunFolder.StepName(RunStateFile.Read(cluster.Folder(run))!.Checkpoint);
        Dictionary<string, EvaluationItem> items = [];
        await foreach (EvaluationItem item in cluster.Cluster.GrainFactory.GetGrain<IEvaluatorGrain>($"{run}/evaluator/0").Evaluate(experiment, checkpoint))
        {
            items[item.Name] = item;
        }

        return items;
    }

    private static string Of(string model, params string[] overrides) => ExperimentFile.Parse(
        $$"""
        model: {kind: gan, {{model}}}
        data: digits
        steps: 12
        batch: 16
        threads: 1
        checkpoint: {every: 0}
        sample: {every: 0}
        metrics: {every: 4}
        """,
        "test.yaml",
        overrides).ToYaml();
}
