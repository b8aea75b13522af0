using Cluster.Contracts;

namespace Cluster.Client;

/// <summary>Folders as people name them.</summary>
internal static class Folders
{
    /// <summary>The full path of <c>--runs</c>; it need not exist.</summary>
    /// <exception cref="InputException">It is a file.</exception>
    public static string Runs(string flag)
    {
        string full = Full("--runs", flag);
        return File.Exists(full)
            ? throw new InputException($"--runs {flag} is a file; name the folder that holds all runs")
            : full;
    }

    /// <summary>The full path of <c>--data</c>, which must exist; null where the flag was not given.</summary>
    /// <exception cref="InputException">There is no such folder.</exception>
    public static string? Data(string? flag)
    {
        if (flag is null)
        {
            return null;
        }

        string full = Full("--data", flag);
        return Directory.Exists(full)
            ? full
            : throw new InputException($"--data {flag}: there is no such folder; name the one that holds the data sets");
    }

    /// <summary>A path as a person in the present folder would write it: relative where it lies below.</summary>
    public static string Shown(string path)
    {
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative == ".." || relative.StartsWith("../", StringComparison.Ordinal) ? path : relative;
    }

    /// <summary>The full path of a flag's value.</summary>
    /// <exception cref="InputException">It is no path.</exception>
    public static string Full(string flag, string value) => value.Length == 0 || value.Contains('\0', StringComparison.Ordinal)
        ? throw new InputException($"{flag} is empty; name a path")
        : Path.GetFullPath(value);
}
