using System.Net.ServerSentEvents;
using Cluster.Contracts.Runs;

namespace Cluster.Dashboard;

/// <summary>What has changed in the list of runs since the last look.</summary>
internal sealed class ListWatch(RunLibrary library, RunSummaries summaries, string? metric)
{
    private Dictionary<string, RunSummary> _seen = new(StringComparer.Ordinal);

    /// <summary>A <c>run</c> for each that is new or has changed, all of them at the first look, and a <c>gone</c> for each that went.</summary>
    public IEnumerable<SseItem<string>> Look()
    {
        Dictionary<string, RunSummary> now = new(StringComparer.Ordinal);
        foreach (RunFolder folder in library.List())
        {
            RunSummary summary = summaries.Of(folder, metric);
            now.Add(folder.Name, summary);
            if (!_seen.TryGetValue(folder.Name, out RunSummary? before) || !ReferenceEquals(before, summary))
            {
                yield return LiveApi.Message("run", summary);
            }
        }

        foreach (string name in _seen.Keys.Where(name => !now.ContainsKey(name)))
        {
            yield return LiveApi.Message("gone", new { name });
        }

        _seen = now;
    }
}
