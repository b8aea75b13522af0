using System.Net.ServerSentEvents;
using Cluster.Contracts.Runs;

namespace Cluster.Dashboard;

/// <summary>What has changed in one run since the last look.</summary>
internal sealed class RunWatch(RunFolder folder, RunSummaries summaries, MetricsStore store)
{
    private readonly RunEvents _events = new(folder);
    private RunSummary? _summary;
    private (long Rows, int Restarts) _metrics = (-1, 0);
    private int _told;
    private string _samples = "", _evaluations = "", _checkpoints = "";

    /// <summary>
    /// <c>run</c> with the summary; <c>rows</c> with the number of rows, how often they began anew, and each figure's last
    /// value; <c>event</c> for each event; <c>samples</c>, <c>evaluations</c> and <c>checkpoints</c> with what there is of
    /// them. At the first look all but the events that are there.
    /// </summary>
    public IEnumerable<SseItem<string>> Look()
    {
        bool first = _summary is null;
        RunSummary summary = summaries.Of(folder, metric: null);
        if (!ReferenceEquals(summary, _summary))
        {
            _summary = summary;
            yield return LiveApi.Message("run", summary);
        }

        RunMetrics metrics = store.Of(folder);
        (long Rows, int Restarts) rows = (metrics.Rows, metrics.Restarts);
        if (rows != _metrics)
        {
            _metrics = rows;
            yield return LiveApi.Message("rows", new { rows = rows.Rows, restarts = rows.Restarts, metrics = Metric.All(metrics) });
        }

        _events.Refresh();
        _told = first ? _events.All.Count : Math.Min(_told, _events.All.Count);
        for (; _told < _events.All.Count; _told++)
        {
            yield return LiveApi.Message("event", _events.All[_told]);
        }

        long[] samples = [.. RunPictures.Samples(folder).Select(each => each.Step)];
        if (string.Join(',', samples) is { } drawn && (first || drawn != _samples))
        {
            _samples = drawn;
            yield return LiveApi.Message("samples", samples);
        }

        IReadOnlyList<EvaluationPicture> evaluations = EvaluationPicture.All(folder);
        if (string.Join(',', evaluations) is { } judged && (first || judged != _evaluations))
        {
            _evaluations = judged;
            yield return LiveApi.Message("evaluations", evaluations);
        }

        IReadOnlyList<Checkpoint> checkpoints = Checkpoint.All(folder);
        if (string.Join(',', checkpoints.Select(each => each.Name)) is { } kept && (first || kept != _checkpoints))
        {
            _checkpoints = kept;
            yield return LiveApi.Message("checkpoints", checkpoints);
        }
    }
}
