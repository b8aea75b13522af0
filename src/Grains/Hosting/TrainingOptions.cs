namespace Cluster.Grains;

/// <summary>Where a silo finds data and keeps runs.</summary>
public sealed class TrainingOptions
{
    /// <summary>The folder that holds all runs; all silos of a cluster must see the same one. Default: <c>runs</c> in the present folder.</summary>
    public string Runs { get; set; } = Path.GetFullPath("runs");

    /// <summary>The folder named by <c>--data</c>; null leaves the usual places.</summary>
    public string? Data { get; set; }

    /// <summary>How tensors travel between silos beside the messages.</summary>
    public BulkOptions Bulk { get; set; } = new();

    /// <summary>Whether the silo is one of a cluster that outlives it: its runs go on elsewhere when it leaves. Default: no.</summary>
    public bool InCluster { get; set; }

    /// <summary>The cluster's name. Default: <c>cluster</c>.</summary>
    public string Cluster { get; set; } = "cluster";

    /// <summary>Runs that train at a time in the whole cluster, at least 1. Default: 8.</summary>
    public int Limit { get; set; } = 8;

    /// <summary>Cores that the silo's CPU device threads share, at least 1. Default: all of the machine's.</summary>
    public int Cores { get; set; } = Environment.ProcessorCount;

    /// <summary>CUDA devices that a CPU stands in for, to try placement without one. Default: 0.</summary>
    public int PretendedCuda { get; set; }
}
