using Cluster.Contracts;
using Cluster.Contracts.Experiments;

namespace Cluster.Grains.Tests;

/// <summary>Tiny runs of encoders and decoders.</summary>
internal static class CoderExperiments
{
    public const string Vae = "{kind: vae, latent: 3, encoder: {hidden: [12]}, decoder: {hidden: [10]}}";
    public const string Autoencoder = "{kind: autoencoder, latent: 6, hidden: [16]}";
    public const string VqVae = "{kind: vq-vae, vectors: 4, width: 3, codebook: 8, encoder: {hidden: [12]}, decoder: {hidden: [10]}}";

    public static string Of(string model, params string[] overrides) => ExperimentFile.Parse(
        $$"""
        model: {{model}}
        data: {name: digits, binarize: dynamic}
        steps: 12
        batch: 16
        threads: 1
        checkpoint: {every: 0}
        sample: {every: 0}
        metrics: {every: 4}
        evaluate: {examples: 40, importanceExamples: 4, importanceSamples: 20}
        """,
        "test.yaml",
        overrides).ToYaml();

    /// <summary>Trains a run to its end, which must be a good one.</summary>
    public static async Task Complete(this TrainingCluster cluster, string name, string experiment)
    {
        await cluster.Run(name).Start(experiment);
        RunStatus status = await cluster.Ended(name);
        Assert.True(status.State == RunState.Finished, status.Problem);
    }

    /// <summary>Trains a run that must fail; what it says.</summary>
    public static async Task<string> Problem(this TrainingCluster cluster, string name, string experiment)
    {
        try
        {
            await cluster.Run(name).Start(experiment);
        }
        catch (InputException refused)
        {
            return refused.Message;
        }

        RunStatus status = await cluster.Ended(name);
        Assert.Equal(RunState.Failed, status.State);
        return status.Problem!;
    }
}
