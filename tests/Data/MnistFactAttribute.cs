namespace Cluster.Data.Tests;

/// <summary>A test of the real MNIST, skipped where it is not.</summary>
public sealed class MnistFactAttribute : FactAttribute
{
    public MnistFactAttribute()
    {
        if (Folders.Count == 0)
            Skip = "MNIST is not here: put its four files into ./data/mnist or ../shared/data/mnist, or name their folder with $CLUSTER_DATA";
    }

    /// <summary>Where it is; empty where it is not.</summary>
    public static IReadOnlyList<string> Folders { get; } = Find();

    private static IReadOnlyList<string> Find()
    {
        List<string> candidates = [.. DatasetLocator.SearchFolders(null)];
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            candidates.AddRange(DatasetLocator.SearchFolders(null, null, folder.FullName));
        // The build's output may lie elsewhere than the source.
        for (DirectoryInfo? folder = new(SourceFolder()); folder is not null; folder = folder.Parent)
            candidates.AddRange(DatasetLocator.SearchFolders(null, null, folder.FullName));
        string? found = candidates.FirstOrDefault(folder => DatasetCatalog.List([folder]).Single(row => row.Name == "mnist").Available);
        return found is null ? [] : [found];
    }

    private static string SourceFolder([System.Runtime.CompilerServices.CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
