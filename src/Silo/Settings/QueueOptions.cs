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
}
