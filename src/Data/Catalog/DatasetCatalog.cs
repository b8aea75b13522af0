namespace Cluster.Data;

/// <summary>The data sets known by name.</summary>
public static class DatasetCatalog
{
    private static readonly IDatasetSource[] Sources =
        [new DigitsSource(), IdxSource.Mnist, IdxSource.FashionMnist, .. GaussianMixture.All.Select(mixture => new MixtureSource(mixture))];

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Sources.Select(source => source.Name)];

    /// <summary>Opens a data set. Reads files that may be tens of megabytes.</summary>
    /// <param name="name">One of <see cref="Names"/>, or a file's: .npy, .csv, .csv.gz.</param>
    /// <param name="split">"train" or "test".</param>
    /// <param name="searchFolders">From <see cref="DatasetLocator.SearchFolders(string?)"/>.</param>
    /// <exception cref="DatasetException">The name or the split is unknown, or the data set is missing or damaged.</exception>
    public static ImageDataset Open(string name, string split, IReadOnlyList<string> searchFolders)
    {
        if (FileDataset.IsFile(name)) return FileDataset.Open(name, split, searchFolders);
        if (ImageFolder.IsFolder(name)) return ImageFolder.Open(name, split, searchFolders);
        IDatasetSource source = Sources.FirstOrDefault(source => source.Name == name)
            ?? throw new DatasetException($"there is no data set '{name}'; those nearest to it: {string.Join(", ", NearestName.Order(name, Names))}; a file's name ends in .npy, .csv or .csv.gz");
        if (!source.Splits.Contains(split))
            throw new DatasetException($"data set {name} has no split '{split}'; it has {string.Join(", ", NearestName.Order(split, source.Splits))}");
        return source.Open(split, searchFolders);
    }

    /// <summary>Every data set with where it was found, or how to get it. Opens none.</summary>
    /// <param name="searchFolders">From <see cref="DatasetLocator.SearchFolders(string?)"/>.</param>
    public static IReadOnlyList<DatasetRow> List(IReadOnlyList<string> searchFolders) =>
    [
        .. Sources.Select(source => source.Find(searchFolders) is { } where
            ? new DatasetRow(source.Name, source.Splits, source.Images, source.Size, true, where, source.Attribution)
            : new DatasetRow(source.Name, source.Splits, source.Images, source.Size, false, source.HowToGet, source.Attribution)),
    ];
}
