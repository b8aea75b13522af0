using Cluster.Numerics;

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

    /// <summary>How much may train at a time in the cluster.</summary>
    public QueueLimits Queue { get; set; } = new();

    /// <summary>The role pool that the silo belongs to; empty for none, the default.</summary>
    public string Pool { get; set; } = "";

    /// <summary>CUDA devices that a CPU stands in for, to try placement without one. Default: 0.</summary>
    public int PretendedCuda { get; set; }

    /// <summary>
    /// The file of NVIDIA's collective library; null to look for it in the usual places, the default. With <see cref="PretendedCuda"/> none
    /// is used but one that is named here, which must work on the host's memory.
    /// </summary>
    public string? Nccl { get; set; }

    /// <summary>CPUs that training on the CPU keeps to, where there are as many as a run has threads; null for all, the default.</summary>
    public CpuSet? Cpus { get; set; }

    /// <summary>MiB that runs may count on of each CUDA device; 0 for what it has, the default.</summary>
    public int DeviceMemory { get; set; }
}
