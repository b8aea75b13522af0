using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Contracts.Runs;
using Cluster.Silo;

namespace Cluster.Bench;

/// <summary>
/// Steps per second of one experiment with two replicas of one thread each, on a cluster of one silo process, whose one device
/// thread works for both replicas, and on one of two. Turn by turn: on a shared machine only neighbours in time compare. Where another
/// cluster of one silo is named, both clusters of one then train at the same time, each for itself: what the machine itself lets two
/// threads do, and so the most that two silos could reach.
/// </summary>
internal static class SiloScaling
{
    private const string Common = "name: scale\nthreads: 1\nreplicas: 2\nshards: 2\nsteps: 10000000\ncheckpoint: {every: 0}\nsample: {every: 0}\nmetrics: {every: 20}\n";

    private static readonly Dictionary<string, string> Works = new(StringComparer.Ordinal)
    {
        ["vae"] = "model: {kind: vae, latent: 50, encoder: {activation: tanh}, decoder: {activation: tanh}}\ndata: {name: mnist, binarize: dynamic}\n",
        ["dcgan"] = "model: {kind: gan, generator: {net: dcgan}, discriminator: {net: dcgan}}\ndata: mnist\n",
    };

    public static async Task<string> Measure(Flags flags)
    {
        string work = flags.Text("model") ?? "dcgan";
        bool convolves = work == "dcgan";
        int hidden = flags.Number("hidden", 200);
        int steps = flags.Number("steps", convolves ? 40 : 300), batch = flags.Number("batch", convolves ? 64 : 100);
        string[] sets = [string.Create(CultureInfo.InvariantCulture, $"batch={batch}"), .. convolves ? [] : Widths(hidden)];
        string text = ExperimentFile.Parse(Common + Works[work], "scale.yaml", sets).ToYaml();
        string[] folders = [flags.Text("one") ?? ".one", flags.Text("two") ?? ".two"];
        string? other = flags.Text("other");
        List<double>[] rates = [[], [], []];
        for (int round = 0; round < flags.Number("rounds", 5); round++)
        {
            for (int which = 0; which < 2; which++)
            {
                rates[which].Add(await Rate(LocalSilos.Read(folders[which]), which + 1, text, steps));
            }

            if (other is not null)
            {
                double[] both = await Task.WhenAll(Rate(LocalSilos.Read(folders[0]), 1, text, steps), Rate(LocalSilos.Read(other), 1, text, steps));
                rates[2].Add(Math.Round(both.Sum(), 2));
            }
        }

        double[] ratios = Ratios(rates[1], rates[0]);
        Dictionary<string, object> told = new()
        {
            ["ours"] = "cluster",
            ["work"] = "scale",
            ["model"] = work,
            ["batch_per_replica"] = batch,
            ["one_silo_steps_per_s"] = rates[0],
            ["two_silos_steps_per_s"] = rates[1],
            ["ratio_median"] = ratios[ratios.Length / 2],
            ["ratio_min"] = ratios[0],
            ["ratio_max"] = ratios[^1],
        };
        if (!convolves)
        {
            told["hidden"] = hidden;
        }

        if (other is not null)
        {
            double[] most = Ratios(rates[2], rates[0]), share = Ratios(rates[1], rates[2]);
            told["two_unrelated_silos_steps_per_s"] = rates[2];
            told["unrelated_ratio_median"] = most[most.Length / 2];
            told["share_of_unrelated_median"] = share[share.Length / 2];
        }

        return JsonSerializer.Serialize(told);
    }

    private static double[] Ratios(IEnumerable<double> these, IEnumerable<double> those) => [.. these.Zip(those, (one, other) => Math.Round(one / other, 2)).Order()];

    private static string[] Widths(int hidden) =>
        [.. ((string[])["encoder", "decoder"]).Select(part => string.Create(CultureInfo.InvariantCulture, $"model.{part}.hidden=[{hidden}, {hidden}]"))];

    /// <summary>A run from its beginning: as many steps as are timed pass before, while the runtime compiles.</summary>
    internal static async Task<double> Rate(LocalSilos here, int silos, string experiment, int steps)
    {
        if (here.Silos.Count != silos)
        {
            throw new ArgumentException($"the cluster in {here.Folder} has {here.Silos.Count} silos instead of {silos}");
        }

        await using ClusterConnection connection = await here.Connect();
        IClusterGrain whole = connection.Grains.GetGrain<IClusterGrain>(0);
        IExperimentGrain run = connection.Grains.GetGrain<IExperimentGrain>((await whole.Submit("scale", experiment, 0)).Name);
        (long from, long began) = await Reach(run, steps);
        (long to, long ended) = await Reach(run, 2 * steps);
        await run.Cancel();
        while ((await run.Status()).State != RunState.Cancelled)
        {
            await Task.Delay(50);
        }

        return Math.Round((to - from) / Stopwatch.GetElapsedTime(began, ended).TotalSeconds, 2);
    }

    private static async Task<(long Step, long At)> Reach(IExperimentGrain run, long step)
    {
        while (true)
        {
            await Task.Delay(25);
            RunStatus status = await run.Status();
            long now = Stopwatch.GetTimestamp();
            if (status.State == RunState.Failed)
            {
                throw new InvalidOperationException(status.Problem);
            }

            if (status.Step >= step)
            {
                return (status.Step, now);
            }
        }
    }
}
