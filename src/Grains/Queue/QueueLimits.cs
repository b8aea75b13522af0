namespace Cluster.Grains;

/// <summary>How much may train at a time in the whole cluster.</summary>
public sealed record QueueLimits
{
    /// <summary>Runs, at least 1. Default: 8.</summary>
    public int Runs { get; init; } = 8;

    /// <summary>Runs of one owner; 0 for no limit, the default.</summary>
    public int OwnerRuns { get; init; }

    /// <summary>CUDA devices of one owner's runs; 0 for no limit, the default.</summary>
    public int OwnerDevices { get; init; }

    /// <summary>Runs of one experiment, by its name; 0 for no limit, the default.</summary>
    public int ExperimentRuns { get; init; }

    /// <summary>CUDA devices of one experiment's runs; 0 for no limit, the default.</summary>
    public int ExperimentDevices { get; init; }

    /// <summary>Why a run may never begin, whatever else trains; null where it may.</summary>
    internal string? Never(int devices) => (devices, OwnerDevices, ExperimentDevices) switch
    {
        (var need, > 0 and var most, _) when need > most => $"it needs {need} CUDA devices, and the cluster gives one owner at most {most} (queue.ownerDevices)",
        (var need, _, > 0 and var most) when need > most => $"it needs {need} CUDA devices, and the cluster gives one experiment at most {most} (queue.experimentDevices)",
        _ => null,
    };

    /// <summary>Why a run has to wait for others to end; null where it has not.</summary>
    /// <param name="run">The run.</param>
    /// <param name="busy">Those that train or begin.</param>
    internal string? Reason(WaitingRun run, IReadOnlyCollection<WaitingRun> busy)
    {
        if (busy.Count >= Runs)
        {
            return $"waits for its turn: {Runs} runs train at a time in this cluster";
        }

        string owner = run.Ticket.Owner.Length > 0 ? run.Ticket.Owner : "whoever names no owner";
        WaitingRun[] own = [.. busy.Where(each => each.Ticket.Owner == run.Ticket.Owner)];
        WaitingRun[] alike = [.. busy.Where(each => each.Experiment == run.Experiment)];
        return Over(own, OwnerRuns, owner, "queue.ownerRuns")
            ?? OverDevices(own, run, OwnerDevices, owner, "queue.ownerDevices")
            ?? Over(alike, ExperimentRuns, $"experiment {run.Experiment}", "queue.experimentRuns")
            ?? OverDevices(alike, run, ExperimentDevices, $"experiment {run.Experiment}", "queue.experimentDevices");
    }

    private static string? Over(WaitingRun[] busy, int most, string who, string setting) => most > 0 && busy.Length >= most
        ? $"waits for its turn: {who} may have {most} runs that train at a time ({setting}), and has {busy.Length}"
        : null;

    private static string? OverDevices(WaitingRun[] busy, WaitingRun run, int most, string who, string setting)
    {
        int held = busy.Sum(each => each.Devices);
        return most > 0 && run.Devices > 0 && held + run.Devices > most
            ? $"waits for its turn: {who} may have {most} CUDA devices ({setting}), holds {held} and needs {run.Devices} more"
            : null;
    }
}
