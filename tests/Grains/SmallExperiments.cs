namespace Cluster.Grains.Tests;

/// <summary>Experiments of seconds in which every kind of actor has more than one piece.</summary>
internal static class SmallExperiments
{
    /// <summary>One small experiment for each workflow.</summary>
    public static TheoryData<string> Workflows => [.. Overrides.Keys];

    /// <summary>What makes each of them from the experiment of <see cref="TrainingCluster.Experiment"/>.</summary>
    public static Dictionary<string, string[]> Overrides { get; } = new(StringComparer.Ordinal)
    {
        ["gan"] = ["replicas=2", "shards=2", "model.discriminatorSteps=2"],
        ["gan-stale"] = ["replicas=2", "shards=2", "model.discriminatorSteps=2", "model.staleness=1"],
        ["rbm"] =
        [
            "model={kind: rbm, hidden: 12, chains: 20, pools: 2, temperatures: 2, staleness: 1}", "data={name: digits, binarize: dynamic}", "replicas=2", "shards=2",
        ],
        ["vae"] =
        [
            "model={kind: vae, latent: 3, encoder: {hidden: [12]}, decoder: {hidden: [10]}, microbatches: 2}", "data={name: digits, binarize: dynamic}",
            "replicas=2", "shards=2",
        ],
        ["classifier"] = ["model={kind: classifier, channels: [4, 8], kernel: 3, hidden: [16]}", "replicas=2", "shards=2"],
        ["dictionary"] = ["model={kind: dictionary, atoms: 24, patch: {size: 5, count: 1000}}", "replicas=2", "shards=3"],
    };
}
