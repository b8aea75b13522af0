namespace Cluster.Silo;

/// <summary>Where a silo finds data and keeps runs.</summary>
public sealed class FolderOptions
{
    /// <summary>The folder that holds all runs; all silos of a cluster must see the same one.</summary>
    [Setting("runs", "The folder that holds all runs; all silos must see the same one", Path = true, Default = "./runs")]
    public string Runs { get; set; } = Path.GetFullPath("runs");

    /// <summary>The folder that holds the data sets; without it the usual places.</summary>
    [Setting("data", "The folder that holds the data sets", Path = true, Default = "$CLUSTER_DATA, ./data, ../shared/data")]
    public string? Data { get; set; }

    internal static IEnumerable<string> Mistakes(FolderOptions options)
    {
        if (File.Exists(options.Runs))
        {
            yield return $"runs: {options.Runs} is a file; name the folder that holds all runs";
        }

        if (options.Data is { } data && !Directory.Exists(data))
        {
            yield return $"data: there is no folder {data}; name the one that holds the data sets";
        }
    }
}
