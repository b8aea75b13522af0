using System.Text.Json;
using Cluster.Data;
using Cluster.Models.Boltzmann;
using Cluster.Numerics;
using TorchSharp;

namespace Cluster.Bench;

/// <summary>Steps and images per second of the machine that torch_rbm.py and sk_rbm.py train: 784-500, PCD-1, batches of 100.</summary>
internal static class RbmRate
{
    public static async Task<string> Measure(Flags flags)
    {
        int steps = flags.Number("steps", 200), repeat = flags.Number("repeat", 5), batch = flags.Number("batch", 100);
        string path = flags.Text("path") ?? "actors";
        List<double> rates = path == "loop" ? await Loop(flags, steps, repeat, batch) : (await GanRate.Actors(flags, steps, repeat, batch, Overrides(flags, batch))).Rates;
        rates.Sort();
        double median = rates[rates.Count / 2];
        return JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["ours"] = "cluster",
            ["work"] = "rbm-pcd1",
            ["path"] = path,
            ["hidden"] = flags.Number("hidden", 500),
            ["batch"] = batch,
            ["threads"] = flags.Number("threads", 2),
            ["replicas"] = flags.Number("replicas", 1),
            ["steps_per_s"] = Math.Round(median, 2),
            ["images_per_s"] = Math.Round(median * batch, 1),
            ["min"] = Math.Round(rates[0], 2),
            ["max"] = Math.Round(rates[^1], 2),
        });
    }

    private static string[] Overrides(Flags flags, int batch) =>
    [
        $"model={{kind: rbm, hidden: {flags.Number("hidden", 500)}, k: 1, persistent: true, chains: {batch}, pools: {flags.Number("pools", flags.Number("replicas", 1))}, centred: {flags.Text("centred") ?? "false"}, biasFromData: false}}",
        "data={name: mnist, binarize: threshold}", "optimizer={name: sgd, learningRate: 0.05}", "metrics.every=100",
    ];

    private static async Task<List<double>> Loop(Flags flags, int steps, int repeat, int batch)
    {
        ImageDataset images = DatasetCatalog.Open("mnist", "train", DatasetLocator.SearchFolders(flags.Text("data")));
        await using DeviceThread device = new("cpu", torch.CPU, flags.Number("threads", 2));
        BareRbm rbm = await device.RunAsync(() => new BareRbm(
            new Rbm(new RbmOptions { Hidden = flags.Number("hidden", 500) }, images.Pixels), new SgdOptions(0.05), images, batch, 0));
        List<double> rates = [];
        for (int round = 0; round <= repeat; round++)
        {
            int from = round * steps;
            long began = TimeProvider.System.GetTimestamp();
            await device.RunAsync(() =>
            {
                for (int step = from; step < from + steps; step++)
                {
                    rbm.Step(step);
                }
            });
            if (round > 0)
            {
                rates.Add(steps / TimeProvider.System.GetElapsedTime(began).TotalSeconds);
            }
        }

        await device.RunAsync(rbm.Dispose);
        return rates;
    }
}
