namespace Cluster.Data;

/// <summary>Where data sets that are files are looked for.</summary>
public static class DatasetLocator
{
    /// <summary>The environment variable that names a folder of data sets.</summary>
    public const string Variable = "CLUSTER_DATA";

    /// <summary>
    /// The folders to search, best first: the one that was named, <c>$CLUSTER_DATA</c>, <c>./data</c>, <c>../shared/data</c>; absolute
    /// paths, whether or not they exist.
    /// </summary>
    /// <param name="data">The folder of <c>--data</c>; null or empty where none was given.</param>
    public static IReadOnlyList<string> SearchFolders(string? data) =>
        SearchFolders(data, Environment.GetEnvironmentVariable(Variable), Environment.CurrentDirectory);

    internal static IReadOnlyList<string> SearchFolders(string? data, string? variable, string current)
    {
        string?[] named = [data, variable, "data", Path.Combine("..", "shared", "data")];
        return [.. named.Where(folder => !string.IsNullOrWhiteSpace(folder)).Select(folder => Path.GetFullPath(folder!, current)).Distinct()];
    }

    /// <summary>
    /// The places within the search folders where a data set's files may lie: <c>FOLDER/name</c>, and the folder itself where it is
    /// named after the data set, or after none and the data set is <paramref name="unnamed"/>. Fashion-MNIST has the file names of
    /// MNIST, so that only the folder tells them apart.
    /// </summary>
    internal static IEnumerable<string> Places(string name, bool unnamed, IReadOnlyCollection<string> known, IReadOnlyList<string> folders)
    {
        foreach (string folder in folders)
        {
            yield return Path.Combine(folder, name);
            string own = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));
            if (own == name || (unnamed && !known.Contains(own))) yield return folder;
        }
    }
}
