using Cluster.Contracts.Runs;

namespace Cluster.Dashboard;

/// <summary>A run as the list shows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">The model's kind, as its file says; empty where it says none.</param>
/// <param name="State">One word.</param>
/// <param name="Step">Steps completed.</param>
/// <param name="Steps">Steps in all; 0 where that is not known.</param>
/// <param name="Attempts">How many times training was started, resumed or recovered.</param>
/// <param name="Started">When its folder was made, UTC.</param>
/// <param name="Updated">When it last wrote something, UTC.</param>
/// <param name="Problem">Why it failed; null otherwise.</param>
/// <param name="StepsPerSecond">The last rate; 0 where it is not known.</param>
/// <param name="Figures">The last row's figures, in its order.</param>
/// <param name="Metric">Which figure <paramref name="Sketch"/> shows; empty where there is none.</param>
/// <param name="Sketch">A few points of that figure.</param>
/// <param name="Sample">Step of the newest picture; null where there is none.</param>
internal sealed record RunSummary(
    string Name,
    string Kind,
    string State,
    long Step,
    long Steps,
    long Attempts,
    DateTimeOffset Started,
    DateTimeOffset Updated,
    string? Problem,
    double StepsPerSecond,
    IReadOnlyList<Figure> Figures,
    string Metric,
    Curve Sketch,
    long? Sample)
{
    private const int SketchPoints = 64;

    /// <summary>Reads it from the run's files, none of them whole.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="metric">The figure to sketch; null or one that the run has not for its first.</param>
    public static RunSummary Read(RunFolder folder, string? metric)
    {
        RunOverview run = RunOverview.Read(folder);
        MetricsRow? last = MetricsRow.Last(folder);
        string shown = metric is not null && last?.Figures.ContainsKey(metric) == true ? metric : last?.Figures.Keys.FirstOrDefault() ?? "";
        MetricsRow[] rows = [.. MetricsRow.Sketch(folder, SketchPoints).Where(row => row.Figures.ContainsKey(shown))];
        Curve sketch = Downsampling.MinMax([.. rows.Select(row => row.Step)], [.. rows.Select(row => row.Figures[shown])], SketchPoints);
        return new RunSummary(
            folder.Name,
            ExperimentText.ModelKind(ExperimentText.Read(folder)),
            run.State,
            run.Step,
            run.Steps,
            run.Attempts,
            File.GetLastWriteTimeUtc(folder.Experiment),
            Latest(folder, run),
            run.Problem,
            last?.StepsPerSecond ?? 0,
            [.. last?.Figures.Select(each => new Figure(each.Key, each.Value)) ?? []],
            shown,
            sketch,
            RunPictures.Samples(folder).LastOrDefault()?.Step);
    }

    private static DateTimeOffset Latest(RunFolder folder, RunOverview run)
    {
        DateTimeOffset state = run.Updated ?? DateTimeOffset.MinValue;
        DateTimeOffset rows = File.Exists(folder.Metrics) ? File.GetLastWriteTimeUtc(folder.Metrics) : DateTimeOffset.MinValue;
        DateTimeOffset start = File.GetLastWriteTimeUtc(folder.Experiment);
        return new[] { state, rows, start }.Max();
    }
}

/// <summary>A figure's name and value.</summary>
/// <param name="Name">The key of <c>metrics.jsonl</c>.</param>
/// <param name="Value">The value.</param>
internal sealed record Figure(string Name, double Value);
