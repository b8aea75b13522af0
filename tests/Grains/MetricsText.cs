using System.Text.Json.Nodes;

namespace Cluster.Grains.Tests;

/// <summary>Rows of <c>metrics.jsonl</c> without what depends on time, or on where a run was stopped.</summary>
internal static class MetricsText
{
    /// <summary>
    /// Figures gathered since the last row, or noted with stale statistics when those were made: a run that is stopped in between gathers
    /// them anew, or lacks them in one row.
    /// </summary>
    private static readonly string[] s_gathered = ["swapRateMin", "replacedAtoms", "chainAutocorrelation"];

    /// <summary>The rows of a run, each once.</summary>
    public static IEnumerable<string> Lasting(TrainingCluster cluster, string run) => File.ReadLines(cluster.Folder(run).Metrics).Select(Lasting).Distinct();

    /// <summary>One figure of all rows.</summary>
    public static IEnumerable<double> Figures(TrainingCluster cluster, string run, string name) =>
        File.ReadLines(cluster.Folder(run).Metrics).Select(line => JsonNode.Parse(line)![name]!.GetValue<double>());

    private static string Lasting(string line)
    {
        JsonObject row = JsonNode.Parse(line)!.AsObject();
        foreach (string name in row.Select(each => each.Key).ToArray())
        {
            if (name is "stepsPerSecond" or "at" || s_gathered.Contains(name) || SignalCatalog.Of(name)?.IsOfTime == true)
            {
                row.Remove(name);
            }
        }

        return row.ToJsonString();
    }
}
