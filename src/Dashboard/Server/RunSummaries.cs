using System.Collections.Concurrent;
using Cluster.Contracts.Runs;

namespace Cluster.Dashboard;

/// <summary>Summaries of runs, read again only when a file has changed.</summary>
internal sealed class RunSummaries(TimeProvider time)
{
    /// <summary>A process that is killed changes no file: whether one still holds the run is asked this often.</summary>
    private static readonly TimeSpan AskForLock = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<(string Path, string? Metric), Known> _known = new();

    /// <summary>The summary as the files are now: the same instance as long as nothing has changed.</summary>
    public RunSummary Of(RunFolder folder, string? metric)
    {
        long now = time.GetUtcNow().Ticks / AskForLock.Ticks;
        Print print = Print.Of(folder);
        Known? known = _known.GetValueOrDefault((folder.Path, metric));
        if (known is not null && known.Print == print && (known.Asked == now || !SaysThatItTrains(known.Summary)))
        {
            return known.Summary;
        }

        RunSummary summary = RunSummary.Read(folder, metric);
        if (known is not null && known.Print == print && known.Summary.State == summary.State)
        {
            summary = known.Summary;
        }

        _known[(folder.Path, metric)] = new Known(print, now, summary);
        return summary;
    }

    private static bool SaysThatItTrains(RunSummary run) => run.State is "running" or "recovering" or "queued" or RunOverview.Interrupted;

    private sealed record Known(Print Print, long Asked, RunSummary Summary);

    /// <summary>What tells one state of a run's files from another.</summary>
    private sealed record Print(long State, long Metrics, long MetricsLength, long Samples)
    {
        public static Print Of(RunFolder folder)
        {
            FileInfo metrics = new(folder.Metrics);
            return new Print(
                File.GetLastWriteTimeUtc(folder.State).Ticks,
                metrics.Exists ? metrics.LastWriteTimeUtc.Ticks : 0,
                metrics.Exists ? metrics.Length : 0,
                Directory.GetLastWriteTimeUtc(folder.Samples).Ticks);
        }
    }
}
