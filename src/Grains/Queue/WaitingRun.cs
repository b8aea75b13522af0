using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Grains;

/// <summary>A run of the cluster that has not ended: it trains, waits, or was left behind by a lost silo.</summary>
/// <param name="Folder">The run.</param>
/// <param name="State">What its file says.</param>
/// <param name="Trains">Whether a process holds it.</param>
/// <param name="Ticket">Its place in the queue.</param>
/// <param name="Experiment">The experiment's name.</param>
/// <param name="Needs">The places that it needs; none where it may be anywhere.</param>
internal sealed record WaitingRun(RunFolder Folder, RunStateFile State, bool Trains, RunTicket Ticket, string Experiment, IReadOnlyList<DeviceNeed> Needs)
{
    /// <summary>CUDA devices that it needs.</summary>
    public int Devices => Needs.Sum(need => need.Devices);

    /// <summary>
    /// The order in which runs should start: those left behind first, then by priority; of equal priority turns go round among
    /// the owners: who has fewest runs that train, and of those who has waited longest since one of his began; of one owner by time.
    /// </summary>
    /// <param name="runs">The runs.</param>
    /// <param name="began">When a run of an owner last began, as far as that is known.</param>
    public static IReadOnlyList<WaitingRun> Order(IReadOnlyCollection<WaitingRun> runs, IReadOnlyDictionary<string, DateTimeOffset>? began = null)
    {
        Dictionary<string, int> training = runs.Where(run => run.Trains).GroupBy(run => run.Ticket.Owner, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        Dictionary<string, int> turn = new(StringComparer.Ordinal);
        foreach (var own in runs.Where(run => !run.Trains).GroupBy(run => (run.Ticket.Owner, run.Ticket.Priority)))
        {
            int before = training.GetValueOrDefault(own.Key.Owner);
            foreach (WaitingRun run in own.OrderBy(run => run.Ticket.Submitted).ThenBy(run => run.Folder.Name, StringComparer.Ordinal))
            {
                turn[run.Folder.Name] = before++;
            }
        }

        return
        [
            .. runs.OrderBy(run => run.State.State == RunState.Queued)
                .ThenByDescending(run => run.Ticket.Priority)
                .ThenBy(run => turn.GetValueOrDefault(run.Folder.Name))
                .ThenBy(run => began?.GetValueOrDefault(run.Ticket.Owner) ?? default)
                .ThenBy(run => run.Ticket.Submitted)
                .ThenBy(run => run.Folder.Name, StringComparer.Ordinal),
        ];
    }
}
