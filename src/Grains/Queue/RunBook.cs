using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Contracts.Runs;

namespace Cluster.Grains;

/// <summary>
/// The runs of a folder that have not ended. What cannot change is read once: an experiment's needs, and that a run has ended,
/// so that a look at thousands of old runs stays cheap. Thread-safe.
/// </summary>
internal sealed class RunBook(string root, TimeProvider time)
{
    /// <summary>A file's time is coarse: what was written twice within this looks the same.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (string Experiment, IReadOnlyList<DeviceNeed> Needs)> _needs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTime> _ended = new(StringComparer.Ordinal);

    /// <summary>All of them, in the order in which they should start. Reads files.</summary>
    /// <param name="began">When a run of an owner last began.</param>
    public IReadOnlyList<WaitingRun> Read(IReadOnlyDictionary<string, DateTimeOffset>? began = null)
    {
        lock (_gate)
        {
            List<WaitingRun> found = [];
            HashSet<string> there = new(StringComparer.Ordinal);
            foreach (RunFolder folder in RunFolder.List(root))
            {
                there.Add(folder.Name);
                if (Waiting(folder) is { } run)
                {
                    found.Add(run);
                }
            }

            foreach (string gone in _ended.Keys.Where(name => !there.Contains(name)).ToArray())
            {
                _ended.Remove(gone);
            }

            HashSet<string> waiting = [.. found.Select(run => run.Folder.Name)];
            foreach (string old in _needs.Keys.Where(name => !waiting.Contains(name)).ToArray())
            {
                _needs.Remove(old);
            }

            return WaitingRun.Order(found, began);
        }
    }

    private WaitingRun? Waiting(RunFolder folder)
    {
        DateTime written = File.GetLastWriteTimeUtc(folder.State);
        if (_ended.TryGetValue(folder.Name, out DateTime then) && then == written)
        {
            return null;
        }

        _ended.Remove(folder.Name);
        RunStateFile? state = RunStateFile.Read(folder);
        if (state is null || !RunFiles.Waits(state.State))
        {
            if (state is not null && time.GetUtcNow().UtcDateTime - written > Settled)
            {
                _ended[folder.Name] = written;
            }

            return null;
        }

        if (folder.LeavesRoot() || RunTicket.Read(folder) is not { } ticket)
        {
            return null;
        }

        if (!_needs.TryGetValue(folder.Name, out var known))
        {
            _needs[folder.Name] = known = Need(folder);
        }

        return new WaitingRun(folder, state, folder.IsLocked(), ticket, known.Experiment, known.Needs);
    }

    private static (string Experiment, IReadOnlyList<DeviceNeed> Needs) Need(RunFolder folder)
    {
        try
        {
            ExperimentFile file = ExperimentFile.Parse(File.ReadAllText(folder.Experiment), folder.Experiment);
            return (file.Name, DeviceNeed.Of(file));
        }
        catch (Exception unreadable) when (unreadable is IOException or ExperimentFileException or UnauthorizedAccessException)
        {
            // To resume it says what is wrong.
            return (folder.Name, []);
        }
    }
}
