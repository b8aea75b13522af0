using System.Collections.Concurrent;
using Cluster.Contracts.Runs;

namespace Cluster.Dashboard;

/// <summary>Summaries of runs, read again only when a file has changed.</summary>
internal sealed class RunSummaries(TimeProvider time)
{
    /// <summary>A process that is killed changes no file: whether one still holds the run is asked this often.</summary>
    private static readonly TimeSpan AskForLock = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<(string Path, string? Metric), (Print Print, RunSummary Summary)> _known = new();

    /// <summary>The summary as the files are now: the same instance as long as nothing has changed.</summary>
    public RunSummary Of(RunFolder folder, string? metric)
    {
        (Print Print, RunSummary Summary)? known = _known.TryGetValue((folder.Path, metric), out var found) ? found : null;
        bool perhapsTraining = known?.Summary.State is null or "running" or "recovering" or "queued";
        long asked = perhapsTraining ? time.GetUtcNow().Ticks / AskForLock.Ticks : 0;
        Print print = Print.Of(folder, asked);
        if (known is { } same && same.Print == print)
        {
            return same.Summary;
        }

        RunSummary summary = RunSummary.Read(folder, metric);
        if (known is { } old && old.Print with { Asked = asked } == print && old.Summary.State == summary.State)
        {
            summary = old.Summary;
        }

        _known[(folder.Path, metric)] = (print, summary);
        return summary;
    }

    /// <summary>What tells one state of a run's files from another.</summary>
    private sealed record Print(long State, long Metrics, long MetricsLength, long Samples, long Asked)
    {
        public static Print Of(RunFolder folder, long asked)
        {
            FileInfo metrics = new(folder.Metrics);
            return new Print(
                File.GetLastWriteTimeUtc(folder.State).Ticks,
                metrics.Exists ? metrics.LastWriteTimeUtc.Ticks : 0,
                metrics.Exists ? metrics.Length : 0,
                Directory.GetLastWriteTimeUtc(folder.Samples).Ticks,
                asked);
        }
    }
}
