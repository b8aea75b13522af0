using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Orleans.Runtime;

namespace Cluster.Grains.Tests;

public sealed class CoderLifeTests
{
    [Theory]
    [InlineData(CoderExperiments.Vae, "model.microbatches=2")]
    [InlineData(CoderExperiments.Autoencoder, "model.tied=true")]
    [InlineData(CoderExperiments.VqVae, "shards=2")]
    public async Task A_stopped_run_resumes_to_the_same_files(string model, string change)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string[] overrides = [change, "steps=60", "checkpoint.every=10", "replicas=2"];
        await cluster.Complete("whole", CoderExperiments.Of(model, overrides));
        await cluster.FinishInHalves("stopped", CoderExperiments.Of(model, overrides), 10);
        Assert.Equal(cluster.Sums("whole"), cluster.Sums("stopped"));
    }

    [Fact]
    public async Task A_lost_silo_is_not_a_lost_run()
    {
        string experiment = CoderExperiments.Of(CoderExperiments.VqVae, "steps=400", "replicas=2", "shards=2", "checkpoint.every=50", "model.microbatches=2");
        SortedDictionary<string, string> undisturbed;
        await using (TrainingCluster cluster = await TrainingCluster.Start(1))
        {
            await cluster.Complete("run", experiment);
            undisturbed = cluster.Sums("run");
        }

        await using (TrainingCluster cluster = await TrainingCluster.Start(3))
        {
            await cluster.Run("run").Start(experiment);
            await cluster.Until("run", status => status.Step >= 80);
            var home = await cluster.Cluster.GrainFactory.GetGrain<IManagementGrain>(0).GetActivationAddress(cluster.Run("run"));
            await cluster.Cluster.KillSiloAsync(cluster.Cluster.SecondarySilos.First(silo => !silo.SiloAddress.Equals(home)));
            RunStatus status = await cluster.Ended("run");

            Assert.Equal((RunState.Finished, null), (status.State, status.Problem));
            Assert.Equal(undisturbed, cluster.Sums("run"));
        }
    }

    [Theory]
    [InlineData(CoderExperiments.Vae, "microbatches: 5", "model.microbatches=5")]
    [InlineData(CoderExperiments.Vae, "anomaly: 11", "model.anomaly=11")]
    [InlineData(CoderExperiments.Autoencoder, "16x16", "model.net=convolutional")]
    public async Task What_does_not_go_together_with_the_data_is_refused(string model, string expected, string change)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        Assert.Contains(expected, await cluster.Problem("run", CoderExperiments.Of(model, change)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CoderExperiments.Vae, "elbo")]
    [InlineData(CoderExperiments.Autoencoder, "reconstruction")]
    [InlineData(CoderExperiments.VqVae, "kMeansAccuracy")]
    public async Task Trained_halves_are_judged_and_drawn(string model, string figure)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string experiment = CoderExperiments.Of(model, "sample.every=6", "model.anomaly=4");
        await cluster.Complete("run", experiment);
        Assert.NotEmpty(Directory.EnumerateFiles(cluster.Folder("run").Samples));
        string checkpoint = RunFolder.StepName(RunStateFile.Read(cluster.Folder("run"))!.Checkpoint);
        IEvaluatorGrain evaluator = cluster.Cluster.GrainFactory.GetGrain<IEvaluatorGrain>("run/evaluator/0");
        Dictionary<string, EvaluationItem> items = [];
        await foreach (EvaluationItem item in evaluator.Evaluate(experiment, checkpoint))
        {
            items[item.Name] = item;
        }

        Assert.True(double.IsFinite(items[figure].Value));
        Assert.InRange(items["anomalyAuroc"].Value, 0, 1);
        foreach (string picture in new[] { "reconstructions", "interpolation", "traversal", "scatter", "denoising", "inpainting" })
        {
            Assert.Equal(0x89, items[picture].File![0]);
        }

        byte[] first = await evaluator.Draw(experiment, checkpoint, null, 2, 3, 5);
        Assert.Equal(first, await evaluator.Draw(experiment, checkpoint, null, 2, 3, 5));
        Assert.Equal(model != CoderExperiments.Autoencoder, !Convert.ToHexString(first).Equals(Convert.ToHexString(await evaluator.Draw(experiment, checkpoint, null, 2, 3, 6)), StringComparison.Ordinal));
        InputException refused = await Assert.ThrowsAsync<InputException>(() => evaluator.Draw(experiment, checkpoint, "filters", 2, 2, 0));
        Assert.Contains("reconstructions", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bound_is_below_the_importance_weighted_estimate_and_training_raises_it()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string experiment = CoderExperiments.Of(CoderExperiments.Vae, "steps=300", "evaluate={examples: 40, importanceExamples: 40, importanceSamples: 200}");
        await cluster.Complete("run", experiment);
        await cluster.Complete("start", CoderExperiments.Of(CoderExperiments.Vae, "steps=1"));
        (double bound, double weighted) = await Judged(cluster, "run", experiment);
        (double before, _) = await Judged(cluster, "start", experiment);

        Assert.True(bound < weighted, $"{bound} {weighted}");
        Assert.True(before + 5 < bound, $"{before} {bound}");
    }

    private static async Task<(double Bound, double Weighted)> Judged(TrainingCluster cluster, string run, string experiment)
    {
        string checkpoint = RunFolder.StepName(RunStateFile.Read(cluster.Folder(run))!.Checkpoint);
        IEvaluatorGrain evaluator = cluster.Cluster.GrainFactory.GetGrain<IEvaluatorGrain>($"{run}/evaluator/0");
        Dictionary<string, double> figures = [];
        await foreach (EvaluationItem item in evaluator.Evaluate(experiment, checkpoint))
        {
            figures[item.Name] = item.Value;
        }

        return (figures["elbo"], figures["logLikelihood"]);
    }

    [Fact]
    public async Task Values_outside_the_unit_interval_are_named_for_Bernoulli_decoders_and_fine_for_Gaussian_ones()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string file = Path.Combine(cluster.Runs, "points.csv");
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, 40).Select(row => row == 7 ? "0.5,-0.25" : "0,1"));
        string[] data = ["data={name: " + file + "}"];
        Assert.Equal(
            $"data: {file}/train, row 8, column 2 holds -0.25: Bernoulli units need values from 0 to 1",
            await cluster.Problem("bernoulli", CoderExperiments.Of(CoderExperiments.Vae, data)));
        await cluster.Complete("gaussian", CoderExperiments.Of(CoderExperiments.Vae, [.. data, "model.likelihood=gaussian"]));
    }

    [Fact]
    public async Task A_conditional_model_needs_labels()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string file = Path.Combine(cluster.Runs, "points.csv");
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, 40).Select(row => row % 2 == 0 ? "0,1" : "1,0"));
        Assert.Equal(
            $"model.conditional: {file}/train has no labels to condition on; train without, or on data with labels",
            await cluster.Problem("run", CoderExperiments.Of(CoderExperiments.Vae, "data={name: " + file + "}", "model.conditional=true")));
    }
}
