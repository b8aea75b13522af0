using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Contracts.Runs;

namespace Cluster.Grains;

/// <summary>A run of the cluster that has not ended: it trains, waits, or was left behind by a lost silo.</summary>
/// <param name="Folder">The run.</param>
/// <param name="State">What its file says.</param>
/// <param name="Trains">Whether a process holds it.</param>
/// <param name="Ticket">Its place in the queue.</param>
/// <param name="Cuda">CUDA devices that it needs.</param>
/// <param name="Index">The one device by number that it asks for; null for any.</param>
internal sealed record WaitingRun(RunFolder Folder, RunStateFile State, bool Trains, RunTicket Ticket, int Cuda, int? Index)
{
    /// <summary>All of them in the order in which they should start: those left behind first, then by priority and time. Reads files.</summary>
    /// <param name="root">The folder that holds all runs.</param>
    /// <param name="needs">What each experiment needs, remembered from look to look.</param>
    public static IReadOnlyList<WaitingRun> Scan(string root, Dictionary<string, (int Cuda, int? Index)> needs)
    {
        List<WaitingRun> found = [];
        foreach (RunFolder folder in RunFolder.List(root))
        {
            if (RunStateFile.Read(folder) is { State: RunState.Queued or RunState.Running or RunState.Recovering } state && RunTicket.Read(folder) is { } ticket)
            {
                if (!needs.TryGetValue(folder.Name, out (int Cuda, int? Index) need))
                {
                    needs[folder.Name] = need = Need(folder);
                }

                found.Add(new WaitingRun(folder, state, folder.IsLocked(), ticket, need.Cuda, need.Index));
            }
        }

        return
        [
            .. found.OrderBy(run => run.State.State == RunState.Queued)
                .ThenByDescending(run => run.Ticket.Priority)
                .ThenBy(run => run.Ticket.Submitted)
                .ThenBy(run => run.Folder.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>One device for each replica.</summary>
    private static (int Cuda, int? Index) Need(RunFolder folder)
    {
        try
        {
            ExperimentFile file = ExperimentFile.Parse(File.ReadAllText(folder.Experiment), folder.Experiment);
            return file.Device.Kind == DeviceKind.Cuda ? (file.Device.Index is null ? file.Replicas : 1, file.Device.Index) : (0, null);
        }
        catch (Exception unreadable) when (unreadable is IOException or ExperimentFileException or UnauthorizedAccessException)
        {
            // To resume it says what is wrong.
            return (0, null);
        }
    }
}
