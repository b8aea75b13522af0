using Cluster.Contracts.Runs;

namespace Cluster.Dashboard;

/// <summary>The runs below one folder. Whatever a request names is looked for here, and nowhere else.</summary>
/// <param name="root">Full path of the folder.</param>
internal sealed class RunLibrary(string root)
{
    public string Root => root;

    /// <summary>All runs, by name.</summary>
    public IReadOnlyList<RunFolder> List() => RunFolder.List(root);

    /// <summary>A run by its name; null where there is none.</summary>
    public RunFolder? Find(string name)
    {
        RunFolder folder = new(root, name);
        return RunFolder.IsValidName(name) && File.Exists(folder.Experiment) ? folder : null;
    }

    /// <summary>
    /// Whether a path is a file in the run's folder itself. A link below that folder could lead anywhere, and is refused;
    /// that the run's folder is one itself is its owner's choice.
    /// </summary>
    public static bool IsInside(RunFolder run, string path)
    {
        string relative = Path.GetRelativePath(run.Path, path);
        if (Path.IsPathRooted(relative) || relative.Split('/').Contains("..", StringComparer.Ordinal) || !File.Exists(path))
        {
            return false;
        }

        for (string? each = path; each is not null && each != run.Path; each = Path.GetDirectoryName(each))
        {
            if (new FileInfo(each).LinkTarget is not null)
            {
                return false;
            }
        }

        return true;
    }
}
