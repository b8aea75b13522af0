using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.Json;
using Cluster.Contracts;

namespace Cluster.Bench;

/// <summary>
/// How much longer the step takes that takes a checkpoint than its neighbours, the four before it and the four after it, which the
/// writing of the files may slow. The model is a variational autoencoder of two hidden layers a side; 3,200 units make it 100 MB.
/// </summary>
internal static class CheckpointCost
{
    private const int Neighbours = 4;

    public static async Task<string> Measure(Flags flags)
    {
        int width = flags.Number("width", 3200), every = flags.Number("every", 16), checkpoints = flags.Number("checkpoints", 9);
        if (every < 2 * Neighbours + 1)
        {
            throw new ArgumentException($"--every {every}: a step has {Neighbours} neighbours on each side, so that at least {2 * Neighbours + 1} steps lie between checkpoints");
        }

        string layers = string.Create(CultureInfo.InvariantCulture, $"hidden: [{width}, {width}]");
        string experiment = $"model: {{kind: vae, latent: 32, encoder: {{{layers}}}, decoder: {{{layers}}}}}\ndata: mnist\n";
        int steps = ((checkpoints + 1) * every) + Neighbours + 1;
        Lock gate = new();
        List<double> durations = [0]; // of step 1, 2, …: from the end of the one before; the first has none before it
        List<double> writings = [];
        long bytes = 0;
        using MeterListener listener = new()
        {
            InstrumentPublished = static (instrument, self) =>
            {
                if (instrument.Meter.Name == "Cluster.Training" && instrument.Name is "cluster.step.duration" or "cluster.checkpoint.duration" or "cluster.checkpoint.bytes")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, seconds, _, _) =>
        {
            lock (gate)
            {
                (instrument.Name == "cluster.step.duration" ? durations : writings).Add(seconds);
            }
        });
        listener.SetMeasurementEventCallback<long>((_, written, _, _) => bytes = written);
        listener.Start();
        await using (BenchRun run = await BenchRun.StartOf(experiment, 64, flags, steps, $"checkpoint={{every: {every}, keep: 1}}", $"threads={flags.Number("threads", 1)}"))
        {
            while ((await run.Next()).State != RunState.Finished)
            {
            }
        }

        // Step n has place n − 1; the step after a checkpoint is the one that waits for its copies. The first checkpoint warms up.
        double[] ratios = [.. Enumerable.Range(2, checkpoints).Select(number =>
        {
            int place = number * every;
            double[] around = [.. durations[(place - Neighbours)..place], .. durations[(place + 1)..(place + 1 + Neighbours)]];
            return durations[place] / Median(around);
        })];
        return JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["ours"] = "cluster",
            ["work"] = "checkpoint",
            ["threads"] = flags.Number("threads", 1),
            ["checkpoint_mb"] = Math.Round(bytes / 1e6, 1),
            ["parameters_mb"] = Math.Round(bytes / 3e6, 1),
            ["step_ms"] = Math.Round(1000 * Median([.. durations]), 1),
            ["write_s"] = Math.Round(Median([.. writings]), 2),
            ["step_ratio"] = Math.Round(Median(ratios), 3),
            ["min"] = Math.Round(ratios.Min(), 3),
            ["max"] = Math.Round(ratios.Max(), 3),
        });
    }

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
