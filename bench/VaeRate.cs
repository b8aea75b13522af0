using System.Text.Json;

namespace Cluster.Bench;

/// <summary>The VAE of the peers' torch_vae.py: steps per second, and the ELBO on the test split after all steps.</summary>
internal static class VaeRate
{
    private const string Experiment =
        """
        model: {kind: vae, latent: 50, encoder: {hidden: [200, 200], activation: tanh}, decoder: {hidden: [200, 200], activation: tanh}}
        data: {name: mnist, binarize: dynamic}
        optimizer: {name: adam, learningRate: 0.001}
        evaluate: {examples: 0, importanceExamples: 1, importanceSamples: 1}
        """;

    public static async Task<string> Measure(Flags flags)
    {
        int steps = flags.Number("steps", 200), repeat = flags.Number("repeat", 5), warm = flags.Number("warm", 1);
        await using BenchRun run = await BenchRun.StartOf(Experiment, 100, flags, (repeat + warm) * steps, "checkpoint.every=0", "metrics.every=100");
        List<double> rates = await run.Rates(steps, repeat, warm);
        rates.Sort();
        Dictionary<string, double> figures = await run.Evaluate();
        return JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["ours"] = "cluster",
            ["work"] = "vae",
            ["path"] = "actors",
            ["batch"] = flags.Number("batch", 100),
            ["threads"] = flags.Number("threads", 2),
            ["replicas"] = flags.Number("replicas", 1),
            ["steps_per_s"] = Math.Round(rates[rates.Count / 2], 2),
            ["min"] = Math.Round(rates[0], 2),
            ["max"] = Math.Round(rates[^1], 2),
            ["steps_done"] = steps * (repeat + warm),
            ["test_elbo"] = Math.Round(figures["elbo"], 2),
        });
    }
}
