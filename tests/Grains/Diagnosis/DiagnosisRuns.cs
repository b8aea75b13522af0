using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Contracts.Runs;

namespace Cluster.Grains.Tests.Diagnosis;

/// <summary>Small true runs, and what their doctor says.</summary>
internal static class DiagnosisRuns
{
    /// <summary>Trains a run to whatever end it has.</summary>
    /// <returns>The rules that found something, once for each finding.</returns>
    public static async Task<string[]> Findings(this TrainingCluster cluster, string experiment)
    {
        await Run(cluster, experiment);
        return [.. Events(cluster).Where(each => each.Kind == RunEvent.Diagnosis).Select(each => each.Rule!)];
    }

    public static async Task<RunStatus> Run(TrainingCluster cluster, string experiment)
    {
        await cluster.Run("run").Start(experiment);
        return await cluster.Ended("run");
    }

    public static IReadOnlyList<RunEvent> Events(TrainingCluster cluster) => RunEvents.Read(cluster.Folder("run"));

    /// <summary>All rows of a run.</summary>
    public static IReadOnlyList<MetricsRow> Rows(TrainingCluster cluster, string run = "run") =>
        [.. File.ReadLines(cluster.Folder(run).Metrics).Select(line => MetricsRow.Parse(line)!)];

    /// <summary>The last row, for messages.</summary>
    public static string Last(TrainingCluster cluster) => string.Join(", ", Rows(cluster)[^1].Figures.Select(each => $"{each.Key} {each.Value:0.#####}"));

    /// <summary>An experiment that reports often.</summary>
    public static string Of(string model, int steps, params string[] overrides) => ExperimentFile.Parse(
        $$"""
        model: {{model}}
        data: digits
        steps: {{steps}}
        batch: 32
        threads: 1
        checkpoint: {every: 0}
        sample: {every: 0}
        metrics: {every: 5}
        """,
        "test.yaml",
        overrides).ToYaml();
}
