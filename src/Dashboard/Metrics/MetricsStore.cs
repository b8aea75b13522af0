using System.Collections.Concurrent;
using Cluster.Contracts.Runs;

namespace Cluster.Dashboard;

/// <summary>
/// The figures of the runs that somebody looks at. Those looked at longest ago are dropped, and read anew when they are
/// asked for, once all together hold more points than the budget, at about 20 bytes a point with what growing leaves behind.
/// </summary>
/// <param name="points">The budget; null for an eighth of the memory that this process may have.</param>
internal sealed class MetricsStore(long? points = null)
{
    private const int BytesOfPoint = 20;

    private readonly long _budget = points ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8 / BytesOfPoint;

    private readonly ConcurrentDictionary<string, Entry> _runs = new(StringComparer.Ordinal);
    private long _looks;

    /// <summary>A run's figures, up to date.</summary>
    public RunMetrics Of(RunFolder folder)
    {
        Entry entry = _runs.GetOrAdd(folder.Path, _ => new Entry(new RunMetrics(folder)));
        entry.Look = Interlocked.Increment(ref _looks);
        if (entry.Metrics.Refresh())
        {
            Trim(entry);
        }

        return entry.Metrics;
    }

    private void Trim(Entry keep)
    {
        long held = _runs.Values.Sum(each => each.Metrics.Points);
        foreach ((string path, Entry entry) in _runs.OrderBy(each => each.Value.Look).TakeWhile(_ => held > _budget))
        {
            if (entry != keep && _runs.TryRemove(path, out _))
            {
                held -= entry.Metrics.Points;
            }
        }
    }

    private sealed class Entry(RunMetrics metrics)
    {
        private long _look;

        public RunMetrics Metrics { get; } = metrics;

        /// <summary>When it was looked at last, counted in looks.</summary>
        public long Look
        {
            get => Interlocked.Read(ref _look);
            set => Interlocked.Exchange(ref _look, value);
        }
    }
}
