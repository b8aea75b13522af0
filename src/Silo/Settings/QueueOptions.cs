namespace Cluster.Silo;

/// <summary>Which runs train, and when.</summary>
public sealed class QueueOptions
{
    /// <summary>Runs that train at a time in the whole cluster, 1 to 10000. All silos should say the same.</summary>
    [Setting("queue.limit", "Runs that train at a time in the whole cluster; all silos should say the same", Min = 1, Max = 10000)]
    public int Limit { get; set; } = 8;

    /// <summary>Seconds between two looks at runs that wait or that nobody carries any more, 0.2 to 60.</summary>
    [Setting("queue.interval", "Seconds between two looks at runs that wait, or that a lost silo left behind", Min = 0.2, Max = 60)]
    public double Interval { get; set; } = 2;

    /// <summary>Runs of one owner that train at a time, 0 to 10000; 0 for no limit.</summary>
    [Setting("queue.ownerRuns", "Runs of one owner that train at a time; 0 for no limit", Min = 0, Max = 10000)]
    public int OwnerRuns { get; set; }

    /// <summary>CUDA devices that one owner's runs hold at a time, 0 to 100000; 0 for no limit.</summary>
    [Setting("queue.ownerDevices", "CUDA devices that one owner's runs hold at a time; 0 for no limit", Min = 0, Max = 100000)]
    public int OwnerDevices { get; set; }

    /// <summary>Runs of one experiment, by its name, that train at a time, 0 to 10000; 0 for no limit.</summary>
    [Setting("queue.experimentRuns", "Runs of one experiment (by its name) that train at a time; 0 for no limit", Min = 0, Max = 10000)]
    public int ExperimentRuns { get; set; }

    /// <summary>CUDA devices that one experiment's runs hold at a time, 0 to 100000; 0 for no limit.</summary>
    [Setting("queue.experimentDevices", "CUDA devices that one experiment's runs hold at a time; 0 for no limit", Min = 0, Max = 100000)]
    public int ExperimentDevices { get; set; }

    internal Grains.QueueLimits Limits => new()
    {
        Runs = Limit, OwnerRuns = OwnerRuns, OwnerDevices = OwnerDevices, ExperimentRuns = ExperimentRuns, ExperimentDevices = ExperimentDevices,
    };
}
