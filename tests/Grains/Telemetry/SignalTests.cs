using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Grains.Tests;

/// <summary>Signals of true runs, against what can be said of them otherwise.</summary>
[Trait("Orleans", "either")]
public sealed class SignalTests
{
    [Theory]
    [InlineData("float32", 1)]
    [InlineData("float32", 2)]
    [InlineData("float64", 1)]
    public async Task Norms_are_those_of_a_plain_sgd_step_and_of_the_checkpoint(string precision, short silos)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start(silos);
        await cluster.Finish("run", "optimizer={name: sgd, learningRate: 0.25}", "replicas=2", "shards=3", $"precision={precision}");
        MetricsRow row = Diagnosis.DiagnosisRuns.Rows(cluster)[^1];
        Assert.Equal(12, row.Step);
        foreach (string role in new[] { "generator", "discriminator" })
        {
            // θ' = θ − rate · g.
            double moved = row.Figures[role + ".updateRatio"] * row.Figures[role + ".weightNorm"], gradient = row.Figures[role + ".gradientNorm"];
            Assert.InRange(gradient, 1e-3, 1e3);
            Assert.Equal(0.25 * gradient, moved, 1e-4 * gradient);
            if (precision == "float32")
            {
                float[] values = SameBitsTests.Values(cluster, role, "run", 3);
                Assert.Equal(Math.Sqrt(values.Sum(value => (double)value * value)), row.Figures[role + ".weightNorm"], 1e-9);
            }
        }
    }

    [Fact]
    public async Task Clipping_scales_the_step_and_not_the_norm_that_is_told()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Finish("run", "steps=4", "optimizer={name: sgd, learningRate: 0.5, clipNorm: 0.001}", "shards=2");
        MetricsRow row = Diagnosis.DiagnosisRuns.Rows(cluster)[^1];
        Assert.Equal(0.5 * 0.001, row.Figures["generator.updateRatio"] * row.Figures["generator.weightNorm"], 2e-6);
        Assert.InRange(row.Figures["generator.gradientNorm"], 0.01, 1e3);
    }

    [Theory]
    [InlineData("model={kind: rbm, hidden: 12, chains: 20, pools: 2, temperatures: 3, hottest: 0.4}")]
    [InlineData("model={kind: vae, latent: 3, encoder: {hidden: [12]}, decoder: {hidden: [10]}, microbatches: 2}")]
    [InlineData("model={kind: dictionary, atoms: 16, patch: {size: 0}}")]
    [InlineData("model={kind: gan, latent: 8, conditional: true, discriminatorSteps: 2, generator: {hidden: [16]}, discriminator: {hidden: [16]}}")]
    public async Task Signals_follow_from_the_file_alone_and_change_no_bit(string model)
    {
        string[] spread = [model, "replicas=2", "shards=2", "data={name: digits, binarize: threshold}", "steps=12"];
        List<MetricsRow> rows = [];
        List<SortedDictionary<string, string>> sums = [];
        foreach ((short silos, int every) in new[] { ((short)1, 4), ((short)2, 4), ((short)1, 1000) })
        {
            await using TrainingCluster cluster = await TrainingCluster.Start(silos);
            await cluster.Finish("run", [.. spread, $"metrics.every={every}"]);
            rows.Add(Diagnosis.DiagnosisRuns.Rows(cluster)[^1]);
            sums.Add(cluster.Sums("run"));
        }

        // Reporting often or seldom, here or there.
        Assert.Equal(sums[0], sums[1]);
        Assert.Equal(sums[0], sums[2]);
        string[] signals = [.. rows[0].Figures.Keys.Where(name => !SignalCatalog.Of(name)!.IsOfTime)];
        Assert.Contains(signals, name => name is "chainAutocorrelation" or "kl.2" or "deadAtoms" or "classAgreement");
        Assert.All(signals, name => Assert.Equal(rows[0].Figures[name], rows[1].Figures[name], 1e-6 * (1 + Math.Abs(rows[0].Figures[name]))));
    }

    [Fact]
    public async Task The_sum_of_a_diagonal_posteriors_dimensions_is_the_rate()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Complete("run", CoderExperiments.Of(CoderExperiments.Vae, "replicas=2", "model.microbatches=4"));
        IReadOnlyDictionary<string, double> row = Diagnosis.DiagnosisRuns.Rows(cluster)[^1].Figures;
        Assert.Equal(row["rate"], row["kl"], 1e-5);
        Assert.Equal(row["kl"], row["kl.0"] + row["kl.1"] + row["kl.2"], 1e-9);
        Assert.Equal(row["klMedian"], new[] { row["kl.0"], row["kl.1"], row["kl.2"] }.Order().ElementAt(1), 1e-12);
    }

    [Theory]
    [InlineData("model={kind: gan, latent: 8, conditional: true, generator: {hidden: [16]}, discriminator: {hidden: [16]}}")]
    [InlineData("model={kind: vae, latent: 3, encoder: {hidden: [12]}, decoder: {hidden: [10]}}")]
    [InlineData("model={kind: vae, latent: 3, encoder: {hidden: [12]}, decoder: {hidden: [10]}, posterior: cholesky}")]
    [InlineData("model={kind: autoencoder, latent: 6, hidden: [16]}")]
    [InlineData("model={kind: vq-vae, vectors: 4, width: 3, codebook: 8, encoder: {hidden: [12]}, decoder: {hidden: [10]}}")]
    [InlineData("model={kind: rbm, hidden: 12, chains: 20, temperatures: 3, hottest: 0.4, staleness: 1}")]
    [InlineData("model={kind: dictionary, atoms: 16, patch: {size: 0}, encoder: {kind: shrink}}")]
    [InlineData("model={kind: classifier, channels: [6, 12], kernel: 3, hidden: [24]}")]
    public async Task Every_figure_is_in_the_catalog(string model)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Finish("run", model, "data={name: digits, binarize: threshold}", "steps=120", "metrics.every=10", "checkpoint.every=40"); // the writing of the first ends before the second begins, and so before the last row
        string[] names = [.. Diagnosis.DiagnosisRuns.Rows(cluster).SelectMany(row => row.Figures.Keys).Distinct(StringComparer.Ordinal)];
        Assert.All(names, name => Assert.True(SignalCatalog.Of(name) is not null, $"{name} is not in the catalog"));
        string[] common = ["samplesPerSecond", "deviceBusy", "inputShare", "exchangeBytes", "exchangeWait", "exchangeShare", "lateness", "checkpointSeconds"];
        Assert.All(common, name => Assert.Contains(name, names));
    }
}
