// Steps per second of a GAN, through the actors or in a bare loop, one JSON line a run in the form of the peers' scripts:
//   dotnet run -c Release --project bench -- gan-mlp --path actors --threads 2
using System.Globalization;
using System.Text.Json;
using Cluster.Bench;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Data;
using Cluster.Grains;
using Cluster.Models.Adversarial;
using Cluster.Numerics;
using Cluster.Silo;
using TorchSharp;

Dictionary<string, string> flags = [];
for (int i = 1; i + 1 < args.Length; i += 2)
{
    flags[args[i].TrimStart('-')] = args[i + 1];
}

int Number(string name, int fallback) => flags.TryGetValue(name, out string? text) ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;

if (args is not ["gan-mlp", ..])
{
    Console.Error.WriteLine("usage: bench gan-mlp [--path actors|loop] [--threads 2] [--batch 64] [--steps 300] [--repeat 5] [--data DIR] [--set key=value]");
    return 2;
}

int threads = Number("threads", 2);
int batch = Number("batch", 64);
int steps = Number("steps", 300);
int repeat = Number("repeat", 5);
string path = flags.GetValueOrDefault("path", "actors");
string? data = flags.GetValueOrDefault("data");
List<double> rates = path == "loop" ? await Loop() : await Actors();
rates.Sort();
Console.WriteLine(JsonSerializer.Serialize(new Dictionary<string, object>
{
    ["ours"] = "cluster",
    ["work"] = "gan-mlp",
    ["path"] = path,
    ["batch"] = batch,
    ["threads"] = threads,
    ["steps_per_s"] = Math.Round(rates[rates.Count / 2], 2),
    ["min"] = Math.Round(rates[0], 2),
    ["max"] = Math.Round(rates[^1], 2),
}));
return 0;

async Task<List<double>> Loop()
{
    ImageDataset images = DatasetCatalog.Open("mnist", "train", DatasetLocator.SearchFolders(data));
    await using DeviceThread device = new("cpu", torch.CPU, threads);
    List<double> measured = [];
    using BareGan gan = await device.RunAsync(() => new BareGan(new GanOptions(), new AdamOptions(2e-4, 0.5, 0.999), images, batch, 0));
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
            measured.Add(steps / TimeProvider.System.GetElapsedTime(began).TotalSeconds);
        }
    }

    return measured;
}

async Task<List<double>> Actors()
{
    DirectoryInfo runs = Directory.CreateTempSubdirectory("cluster-bench-");
    try
    {
        List<string> overrides =
        [
            $"steps={(repeat + 1) * steps}", $"batch={batch}", $"threads={threads}", "checkpoint.every=0", "sample.every=0",
        ];
        if (flags.TryGetValue("set", out string? more))
        {
            overrides.Add(more);
        }

        ExperimentFile file = ExperimentFile.Parse("model: {kind: gan}\ndata: mnist\n", "bench.yaml", overrides);
        await using TrainingSilo silo = await TrainingSilo.Start(new TrainingOptions { Runs = runs.FullName, Data = data });
        IExperimentGrain run = silo.Grains.GetGrain<IExperimentGrain>("bench");
        await run.Start(file.ToYaml());
        List<double> measured = [];
        (long Time, long Step) mark = (0, 0);
        for (int round = 0; round <= repeat;)
        {
            await Task.Delay(4);
            RunStatus status = await run.Status();
            long now = TimeProvider.System.GetTimestamp();
            if (status.State == RunState.Failed)
            {
                throw new InvalidOperationException(status.Problem);
            }

            if (status.Step < (round + 1) * (long)steps)
            {
                continue;
            }

            if (round++ > 0)
            {
                measured.Add((status.Step - mark.Step) / TimeProvider.System.GetElapsedTime(mark.Time, now).TotalSeconds);
            }

            mark = (now, status.Step);
        }

        return measured;
    }
    finally
    {
        runs.Delete(recursive: true);
    }
}
