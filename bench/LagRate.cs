using System.Globalization;
using System.Text.Json;
using Cluster.Contracts.Experiments;
using Cluster.Silo;

namespace Cluster.Bench;

/// <summary>
/// Steps per second of a GAN whose generator is on one silo process and whose discriminator is on another, one thread each: where the two
/// take turns, and where both step at the same time. Round by round: on a shared machine only neighbours in time compare.
/// </summary>
internal static class LagRate
{
    private const string Common =
        "name: lag\nthreads: 1\nsteps: 10000000\ndata: mnist\ndevice: cuda\nplacement: {roles: [discriminator=apart]}\n"
        + "checkpoint: {every: 0}\nsample: {every: 0}\nmetrics: {every: 20}\n";

    private static readonly Dictionary<string, string> Works = new(StringComparer.Ordinal)
    {
        ["mlp"] = "model: {kind: gan, generator: {hidden: [256, 512]}, discriminator: {hidden: [512, 256]}}\n",
        ["dcgan"] = "model: {kind: gan, generator: {net: dcgan}, discriminator: {net: dcgan}}\n",
    };

    public static async Task<string> Measure(Flags flags)
    {
        string work = flags.Text("model") ?? "mlp";
        int steps = flags.Number("steps", work == "mlp" ? 300 : 40), staleness = flags.Number("staleness", 1);
        string[] texts = [.. new[] { 0, staleness }.Select(lag => ExperimentFile.Parse(
            Common + Works[work],
            "lag.yaml",
            [
                string.Create(CultureInfo.InvariantCulture, $"batch={flags.Number("batch", 64)}"),
                string.Create(CultureInfo.InvariantCulture, $"model.staleness={lag}"),
                .. flags.Text("set") is { } set ? [set] : Array.Empty<string>(),
            ]).ToYaml())];
        LocalSilos here = LocalSilos.Read(flags.Text("folder") ?? ".two");
        List<double>[] rates = [[], []];
        List<double> load = [];
        for (int round = 0; round < flags.Number("rounds", 5); round++)
        {
            load.Add(double.Parse((await File.ReadAllTextAsync("/proc/loadavg")).Split(' ')[0], CultureInfo.InvariantCulture));
            for (int which = 0; which < 2; which++)
            {
                rates[which].Add(await SiloScaling.Rate(here, 2, texts[which], steps));
            }
        }

        double[] ratios = [.. rates[1].Zip(rates[0], (together, turns) => Math.Round(together / turns, 2)).Order()];
        return JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["ours"] = "cluster",
            ["work"] = "lag",
            ["model"] = work,
            ["staleness"] = staleness,
            ["in_turn_steps_per_s"] = rates[0],
            ["at_once_steps_per_s"] = rates[1],
            ["ratio_median"] = ratios[ratios.Length / 2],
            ["ratio_min"] = ratios[0],
            ["ratio_max"] = ratios[^1],
            ["load"] = load,
        });
    }
}
