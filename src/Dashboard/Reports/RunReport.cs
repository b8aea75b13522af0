using System.Globalization;
using System.Net;
using System.Text;
using Cluster.Contracts.Runs;

namespace Cluster.Dashboard;

/// <summary>A run as one HTML file that needs nothing beside it: charts as SVG, pictures inside, no script.</summary>
public static class RunReport
{
    private const int MostPictures = 24;
    private const int SmoothedFrom = 100;

    /// <summary>Writes the report.</summary>
    public static async Task Write(RunFolder folder, Stream to)
    {
        RunMetrics metrics = new(folder);
        metrics.Refresh();
        RunDetail run = RunsApi.Detail(folder, metrics);
        await using StreamWriter text = new(to, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { NewLine = "\n" };
        foreach (string piece in Pieces(folder, run, metrics))
        {
            await text.WriteLineAsync(piece);
        }
    }

    private static IEnumerable<string> Pieces(RunFolder folder, RunDetail run, RunMetrics metrics)
    {
        yield return Head(run);
        yield return Facts(run.Run);

        yield return "<h2>Figures</h2><div class=\"charts\">";
        foreach (Metric metric in run.Metrics.Where(each => each.Count > 1))
        {
            yield return metrics.Read(metric.Name, Chart)!;
        }

        yield return "</div>";
        yield return Single(run.Metrics, metrics);

        foreach (string piece in Pictures("Samples", Spread(RunPictures.Samples(folder)), folder).Concat(
            Pictures("Evaluation", RunPictures.Evaluations(folder).TakeLast(MostPictures), folder)))
        {
            yield return piece;
        }

        yield return Events(run.Events);
        yield return Checkpoints(run.Checkpoints);
        yield return $"<h2>Experiment</h2><p>As resolved, with every default.</p><pre>{Html(run.Experiment)}</pre>";
        yield return $"<footer>Written by Cluster from {Html(folder.Name)}.</footer></main></body></html>";
    }

    private static string Head(RunDetail run) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
        <title>{Html(run.Run.Name)}</title>
        <style>
        {ReportStyle.Css}
        </style>
        </head>
        <body><main>
        <h1>{Html(run.Run.Name)} <span class="state {Html(run.Run.State)}">{Html(run.Run.State)}</span></h1>
        """;

    private static string Facts(RunSummary run)
    {
        StringBuilder facts = new("<dl class=\"facts\">");
        void Add(string name, string value) => facts.Append(CultureInfo.InvariantCulture, $"<div><dt>{name}</dt><dd>{Html(value)}</dd></div>");
        if (run.Kind.Length > 0)
        {
            Add("Model", run.Kind);
        }

        Add("Step", run.Steps > 0 ? string.Create(CultureInfo.InvariantCulture, $"{run.Step} of {run.Steps}") : run.Step.ToString(CultureInfo.InvariantCulture));
        if (run.StepsPerSecond > 0)
        {
            Add("Steps per second", Ticks.Text(run.StepsPerSecond));
        }

        Add("Started", Time(run.Started));
        Add("Updated", Time(run.Updated));
        facts.Append("</dl>");
        return run.Problem is { } problem ? $"{facts}<p class=\"problem\">{Html(problem)}</p>" : facts.ToString();
    }

    private static string Chart(MetricSeries series)
    {
        const double Weight = 0.9;
        CurveAnswer answer = new CurveRequest(null, null, 280, series.Count >= SmoothedFrom ? Weight : 0).Answer("", series);
        double low = answer.Curve.Values.Min(), high = answer.Curve.Values.Max(), last = answer.Curve.Values[^1];
        string words = Ticks.Words(series.Name);
        string range = $"last {Ticks.Text(last)}, lowest {Ticks.Text(low)}, highest {Ticks.Text(high)}";
        return $"<figure><figcaption><b title=\"{Html(series.Name)}\">{Html(words)}</b> <span>{range}</span></figcaption>"
            + SvgChart.Draw($"{words} along the steps: {range}", answer.Curve, answer.Smooth) + "</figure>";
    }

    private static string Single(IReadOnlyList<Metric> all, RunMetrics metrics)
    {
        Metric[] single = [.. all.Where(each => each.Count == 1)];
        return single.Length == 0
            ? ""
            : "<h2>Measured once</h2><div class=\"scroll\"><table><tr><th>Figure</th><th>Step</th><th>Value</th></tr>"
                + string.Concat(single.Select(each => string.Create(
                    CultureInfo.InvariantCulture,
                    $"<tr><td>{Html(each.Name)}</td><td>{metrics.Read(each.Name, series => series.Steps[0])}</td><td>{each.Last:G6}</td></tr>")))
                + "</table></div>";
    }

    /// <summary>At most so many, spread evenly over the run, the first and the last among them.</summary>
    private static IEnumerable<RunPicture> Spread(IReadOnlyList<RunPicture> pictures) => pictures.Count <= MostPictures
        ? pictures
        : Enumerable.Range(0, MostPictures).Select(index => pictures[(int)((long)index * (pictures.Count - 1) / (MostPictures - 1))]);

    private static IEnumerable<string> Pictures(string heading, IEnumerable<RunPicture> pictures, RunFolder folder)
    {
        bool any = false;
        foreach (RunPicture picture in pictures.Where(each => RunLibrary.IsInside(folder, each.Path)))
        {
            if (!any)
            {
                any = true;
                yield return $"<h2>{heading}</h2><div class=\"pictures\">";
            }

            string caption = string.Create(CultureInfo.InvariantCulture, $"{picture.Name}, step {picture.Step}");
            yield return $"<figure><img alt=\"{Html(caption)}\" src=\"data:image/png;base64,{Convert.ToBase64String(File.ReadAllBytes(picture.Path))}\">"
                + $"<figcaption>{Html(caption)}</figcaption></figure>";
        }

        yield return any ? "</div>" : "";
    }

    private static string Events(IReadOnlyList<RunEvent> events) => events.Count == 0
        ? ""
        : "<h2>Events</h2><div class=\"scroll\"><table><tr><th>Time (UTC)</th><th>Step</th><th>Kind</th><th></th></tr>"
            + string.Concat(events.Select(each => string.Create(
                CultureInfo.InvariantCulture, $"<tr><td>{Time(each.Time)}</td><td>{each.Step}</td><td>{Html(each.Kind)}{Html(each.Rule is null ? "" : " " + each.Rule)}</td><td>{Html(each.Text)}{(each.Suggestion is null ? "" : $"<br><i>{Html(each.Suggestion)}</i>")}</td></tr>")))
            + "</table></div>";

    private static string Checkpoints(IReadOnlyList<Checkpoint> checkpoints) => checkpoints.Count == 0
        ? ""
        : "<h2>Checkpoints</h2><div class=\"scroll\"><table><tr><th>Checkpoint</th><th>File</th><th>Bytes</th><th>SHA-256</th></tr>"
            + string.Concat(checkpoints.SelectMany(each => each.Files, (each, file) => string.Create(
                CultureInfo.InvariantCulture,
                $"<tr><td>{Html(each.Name)}</td><td>{Html(file.Name)}</td><td>{file.Bytes}</td><td><code>{Html(file.Sha256)}</code></td></tr>")))
            + "</table></div>";

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Html(string text) => WebUtility.HtmlEncode(text);
}
