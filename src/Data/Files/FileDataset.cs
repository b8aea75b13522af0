namespace Cluster.Data;

/// <summary>
/// Data sets that are a file: <c>name.npy</c>, <c>name.csv</c> or <c>name.csv.gz</c>, looked for in the search folders. <c>{split}</c>
/// in the name stands for the split; a file without it is the split "train" alone.
/// </summary>
internal static class FileDataset
{
    private const string SplitMark = "{split}";

    /// <summary>Whether a data set's name is a file's.</summary>
    public static bool IsFile(string name) => Reader(name) is not null;

    /// <summary>Opens it.</summary>
    /// <exception cref="DatasetException">It is missing or damaged, or a value is not a finite number.</exception>
    public static ImageDataset Open(string name, string split, IReadOnlyList<string> folders)
    {
        if (split != "train" && !name.Contains(SplitMark, StringComparison.Ordinal))
            throw new DatasetException($"data set {name} has no split '{split}': a file without {SplitMark} in its name is the split train alone");
        string[] places = [.. Places(name.Replace(SplitMark, split, StringComparison.Ordinal), folders)];
        string path = places.FirstOrDefault(File.Exists)
            ?? throw new DatasetException($"data set {name} has no file for the split {split}. Looked for {string.Join(" and ", places)}");
        try
        {
            return Reader(name)!(path, name, split);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new DatasetException($"{path} cannot be read: {problem.Message}", problem);
        }
    }

    /// <summary>Refuses what is not a finite number.</summary>
    /// <param name="path">The file.</param>
    /// <param name="values">Rows one after the other.</param>
    /// <param name="columns">Values in a row.</param>
    /// <exception cref="DatasetException">A value is not finite; the file, the row from 1 and the column from 1 are named.</exception>
    public static void RequireFinite(string path, ReadOnlySpan<float> values, int columns)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
                throw new DatasetException($"{path}, row {i / columns + 1}, column {i % columns + 1}: {values[i]} is not a finite number; remove the row or fill the value in");
        }
    }

    /// <summary>Vectors draw as squares where their length is one.</summary>
    public static (int Height, int Width) Shape(int length)
    {
        int side = (int)Math.Round(Math.Sqrt(length));
        return side * side == length ? (side, side) : (1, length);
    }

    private static Func<string, string, string, ImageDataset>? Reader(string name) => name switch
    {
        _ when name.EndsWith(".npy", StringComparison.OrdinalIgnoreCase) => NpyReader.Read,
        _ when name.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".csv.gz", StringComparison.OrdinalIgnoreCase) => CsvReader.Read,
        _ => null,
    };

    private static IEnumerable<string> Places(string name, IReadOnlyList<string> folders) =>
        Path.IsPathRooted(name) ? [name] : [Path.GetFullPath(name), .. folders.Select(folder => Path.Combine(folder, name))];
}
