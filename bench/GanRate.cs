using System.Text.Json;
using Cluster.Contracts;
using Cluster.Data;
using Cluster.Models.Adversarial;
using Cluster.Numerics;
using TorchSharp;

namespace Cluster.Bench;

/// <summary>Steps per second: the median of several stretches of one run, after one that warms up.</summary>
internal static class GanRate
{
    /// <param name="work">What the line calls it: <c>gan-mlp</c>, or <c>gan-dcgan</c> for convolutions.</param>
    /// <param name="flags">The command's.</param>
    public static async Task<string> Measure(string work, Flags flags)
    {
        bool convolves = work == "gan-dcgan";
        int steps = flags.Number("steps", convolves ? 40 : 300), repeat = flags.Number("repeat", 5);
        string path = flags.Text("path") ?? "actors";
        if (convolves && path != "actors")
        {
            throw new ArgumentException($"--path {path}: gan-dcgan runs through the actors alone");
        }

        string[] nets = convolves ? ["model.generator={net: dcgan}", "model.discriminator={net: dcgan}"] : [];
        (List<double> rates, double? processor) = path == "loop" ? (await Loop(flags, steps, repeat), null) : await Actors(flags, steps, repeat, 64, nets);
        rates.Sort();
        Dictionary<string, object> line = new()
        {
            ["ours"] = "cluster",
            ["work"] = work,
            ["path"] = path,
            ["batch"] = flags.Number("batch", 64),
            ["threads"] = flags.Number("threads", 2),
            ["replicas"] = flags.Number("replicas", 1),
            ["steps_per_s"] = Math.Round(rates[rates.Count / 2], 2),
            ["min"] = Math.Round(rates[0], 2),
            ["max"] = Math.Round(rates[^1], 2),
        };
        if (processor is { } spent)
        {
            line["cpu_ms_per_step"] = Math.Round(spent, 4);
        }

        return JsonSerializer.Serialize(line);
    }

    private static async Task<List<double>> Loop(Flags flags, int steps, int repeat)
    {
        ImageDataset images = DatasetCatalog.Open("mnist", "train", DatasetLocator.SearchFolders(flags.Text("data")));
        await using DeviceThread device = new("cpu", torch.CPU, flags.Number("threads", 2));
        BareGan gan = await device.RunAsync(() => new BareGan(new GanOptions(), new AdamOptions(2e-4, 0.5, 0.999), images, flags.Number("batch", 64), 0));
        List<double> rates = [];
        for (int round = 0; round <= repeat; round++)
        {
            int from = round * steps;
            long began = TimeProvider.System.GetTimestamp();
            await device.RunAsync(() =>
            {
                for (int step = from; step < from + steps; step++)
                {
                    gan.Step(step);
                }
            });
            if (round > 0)
            {
                rates.Add(steps / TimeProvider.System.GetElapsedTime(began).TotalSeconds);
            }
        }

        await device.RunAsync(gan.Dispose);
        return rates;
    }

    /// <summary>Rates of stretches of a run through the actors, and milliseconds of the processor for a step; any family, as the overrides say.</summary>
    internal static async Task<(List<double> Rates, double? Processor)> Actors(Flags flags, int steps, int repeat, int batch, string[] overrides)
    {
        int warm = flags.Number("warm", 1);
        await using BenchRun run = await BenchRun.StartOf("model: {kind: gan}\ndata: mnist\n", batch, flags, (repeat + warm) * steps, ["checkpoint.every=0", .. overrides]);
        return (await run.Rates(steps, repeat, warm), run.ProcessorTime);
    }
}
