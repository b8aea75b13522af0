using Cluster.Contracts.Runs;

namespace Cluster.Dashboard;

/// <summary>A run's experiment file as text. It is not checked: runs of other versions are shown too.</summary>
internal static class ExperimentText
{
    private const string Model = "model:";
    private const string Kind = "kind:";

    /// <summary>The whole file; empty where it cannot be read.</summary>
    public static string Read(RunFolder run)
    {
        try
        {
            return RunLibrary.IsInside(run, run.Experiment) ? File.ReadAllText(run.Experiment) : "";
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>The word after <c>kind:</c> in the section <c>model:</c>; empty where there is none.</summary>
    public static string ModelKind(string text)
    {
        bool inside = false;
        foreach (string line in text.Split('\n'))
        {
            inside = line.StartsWith(Model, StringComparison.Ordinal) || (inside && (line.Length == 0 || line[0] is ' ' or '#' or '\r'));
            int at = inside ? line.IndexOf(Kind, StringComparison.Ordinal) : -1;
            if (at >= 0)
            {
                return line[(at + Kind.Length)..].Split(',', '}', '#')[0].Trim().Trim('"', '\'');
            }
        }

        return "";
    }
}
