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
}
