using System.Text.Json;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Contracts.Runs;
using Cluster.Grains;
using Cluster.Silo;

namespace Cluster.Bench;

/// <summary>
/// The work of sk_dictionary.py through the actors: 128 atoms of 8x8 patches of MNIST, α = 0.15, minibatches of 256, 50,000 patches. Samples
/// per second are the median of several passes after one that warms up; the held-out objective is that of a run of one pass.
/// </summary>
internal static class DictionaryRate
{
    private const int Patches = 50_000;

    public static async Task<string> Measure(Flags flags)
    {
        int batch = flags.Number("batch", 256), repeat = flags.Number("repeat", 5), pass = Patches / batch;
        DirectoryInfo runs = Directory.CreateTempSubdirectory("cluster-bench-");
        try
        {
            await using TrainingSilo silo = await TrainingSilo.Start(new TrainingOptions { Runs = runs.FullName, Data = flags.Text("data") });
            List<double> rates = await Rates(silo, Experiment(flags, batch, (repeat + 1) * pass), pass, repeat, batch);
            string once = Experiment(flags, batch, pass);
            IExperimentGrain run = silo.Grains.GetGrain<IExperimentGrain>("once");
            await run.Start(once);
            while ((await Status(run)).State != RunState.Finished)
            {
                await Task.Delay(25);
            }

            Dictionary<string, double> figures = [];
            await foreach (EvaluationItem item in silo.Grains.GetGrain<IEvaluatorGrain>("once/evaluator/0").Evaluate(once, RunFolder.StepName(pass)))
            {
                if (item.Kind == EvaluationKind.Figure)
                {
                    figures[item.Name] = item.Value;
                }
            }

            rates.Sort();
            return JsonSerializer.Serialize(new Dictionary<string, object>
            {
                ["ours"] = "cluster",
                ["work"] = "dictionary 64x128",
                ["fit"] = flags.Text("method") ?? "coordinate-descent",
                ["batch"] = batch,
                ["threads"] = flags.Number("threads", 2),
                ["samples_per_s"] = Math.Round(rates[rates.Count / 2], 1),
                ["min"] = Math.Round(rates[0], 1),
                ["max"] = Math.Round(rates[^1], 1),
                ["objective"] = Math.Round(figures["objective"], 5),
                ["density"] = Math.Round(figures["density"], 4),
                ["denoised_psnr"] = Math.Round(figures["denoisedPsnr"], 2),
                ["accuracy"] = Math.Round(figures["accuracy"], 4),
            });
        }
        finally
        {
            runs.Delete(recursive: true);
        }
    }

    private static async Task<List<double>> Rates(TrainingSilo silo, string experiment, int pass, int repeat, int batch)
    {
        IExperimentGrain run = silo.Grains.GetGrain<IExperimentGrain>("bench");
        await run.Start(experiment);
        List<double> rates = [];
        (long Time, long Step) mark = (0, 0);
        for (int round = 0; round <= repeat;)
        {
            await Task.Delay(25);
            RunStatus status = await Status(run);
            long now = TimeProvider.System.GetTimestamp();
            if (status.Step < (round + 1) * (long)pass)
            {
                continue;
            }

            if (round++ > 0)
            {
                rates.Add((status.Step - mark.Step) * batch / TimeProvider.System.GetElapsedTime(mark.Time, now).TotalSeconds);
            }

            mark = (now, status.Step);
        }

        return rates;
    }

    private static async Task<RunStatus> Status(IExperimentGrain run)
    {
        RunStatus status = await run.Status();
        return status.State == RunState.Failed ? throw new InvalidOperationException(status.Problem) : status;
    }

    private static string Experiment(Flags flags, int batch, int steps) => ExperimentFile.Parse(
        """
        model:
          kind: dictionary
          atoms: 128
          penalty: 0.15
          patch: {size: 8, margin: 4, count: 50000}
        data: mnist
        checkpoint: {every: 0}
        sample: {every: 0}
        evaluate: {examples: 5000}
        """,
        "bench.yaml",
        [
            $"steps={steps}", $"batch={batch}", $"threads={flags.Number("threads", 2)}", $"model.method={flags.Text("method") ?? "coordinate-descent"}",
            .. flags.Text("set") is { } more ? new[] { more } : [],
        ]).ToYaml();
}
