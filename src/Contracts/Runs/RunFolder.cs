using System.Globalization;
using System.Text.RegularExpressions;

namespace Cluster.Contracts.Runs;

/// <summary>
/// Where a run's files are. <c>experiment.yaml</c> (as resolved, with every default), <c>state.json</c>,
/// <c>events.jsonl</c>, <c>metrics.jsonl</c>, <c>checkpoints/step-000100/…</c>, <c>samples/step-000100.png</c>.
/// </summary>
/// <param name="Root">The folder that holds all runs.</param>
/// <param name="Name">The run's name: letters, digits, dots, hyphens and underscores, so that it can never leave the root.</param>
public sealed partial record RunFolder(string Root, string Name)
{
    /// <summary>The run's own folder.</summary>
    public string Path => System.IO.Path.Combine(Root, Name);

    /// <summary>The experiment as resolved when the run began.</summary>
    public string Experiment => System.IO.Path.Combine(Path, "experiment.yaml");

    /// <summary>The present state, replaced as a whole.</summary>
    public string State => System.IO.Path.Combine(Path, "state.json");

    /// <summary>What happened, one JSON object a line.</summary>
    public string Events => System.IO.Path.Combine(Path, "events.jsonl");

    /// <summary>Figures along the steps, one JSON object a line.</summary>
    public string Metrics => System.IO.Path.Combine(Path, "metrics.jsonl");

    /// <summary>Held open, and locked, by the process that trains the run.</summary>
    public string Lock => System.IO.Path.Combine(Path, "run.lock");

    /// <summary>The checkpoints' folder.</summary>
    public string Checkpoints => System.IO.Path.Combine(Path, "checkpoints");

    /// <summary>The pictures' folder.</summary>
    public string Samples => System.IO.Path.Combine(Path, "samples");

    /// <summary>The folder of evaluations, one folder a step.</summary>
    public string Evaluation => System.IO.Path.Combine(Path, "evaluation");

    /// <summary>The name of a checkpoint or sample at a step: <c>step-000100</c>.</summary>
    public static string StepName(long step) => "step-" + step.ToString("D6", CultureInfo.InvariantCulture);

    /// <summary>The step in a name made by <see cref="StepName"/>; null for any other name.</summary>
    public static long? StepOf(string name) =>
        name.StartsWith("step-", StringComparison.Ordinal)
        && long.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out long step)
            ? step
            : null;

    /// <summary>The folder of a run that a person named, by its name or by its path.</summary>
    /// <param name="root">The folder that holds all runs.</param>
    /// <param name="run">A name, or a path to a run's folder.</param>
    /// <exception cref="InputException">There is no such run; the message lists those that are there.</exception>
    public static RunFolder Find(string root, string run)
    {
        string name = run.TrimEnd('/');
        if (name.Contains('/', StringComparison.Ordinal))
        {
            string full = System.IO.Path.GetFullPath(name);
            root = System.IO.Path.GetDirectoryName(full) ?? root;
            name = System.IO.Path.GetFileName(full);
        }

        RunFolder folder = new(System.IO.Path.GetFullPath(root), name);
        if (!ValidName().IsMatch(name) || !File.Exists(folder.Experiment))
        {
            IReadOnlyList<RunFolder> known = List(root);
            string there = known.Count == 0
                ? "there are no runs in it"
                : "runs in it: " + string.Join(", ", known.Select(each => each.Name).TakeLast(8));
            throw new InputException($"unknown run '{run}': {folder.Path} holds no experiment.yaml; looked in {System.IO.Path.GetFullPath(root)}, {there}");
        }

        return folder;
    }

    /// <summary>All runs in a folder, by name.</summary>
    public static IReadOnlyList<RunFolder> List(string root)
    {
        root = System.IO.Path.GetFullPath(root);
        return !Directory.Exists(root)
            ? []
            : [.. Directory.EnumerateDirectories(root)
                .Select(path => new RunFolder(root, System.IO.Path.GetFileName(path)))
                .Where(folder => File.Exists(folder.Experiment))
                .OrderBy(folder => folder.Name, StringComparer.Ordinal)];
    }

    /// <summary>The first free name of an experiment: <c>gan-digits-001</c>, <c>gan-digits-002</c>, …</summary>
    /// <param name="root">The folder that holds all runs.</param>
    /// <param name="experiment">The experiment's name.</param>
    public static RunFolder Next(string root, string experiment)
    {
        int number = 1;
        return Next(root, experiment, ref number);
    }

    /// <summary>The same from a number on.</summary>
    /// <param name="root">The folder that holds all runs.</param>
    /// <param name="experiment">The experiment's name.</param>
    /// <param name="number">The least number; then the one that was free.</param>
    public static RunFolder Next(string root, string experiment, ref int number)
    {
        root = System.IO.Path.GetFullPath(root);
        for (; ; number++)
        {
            RunFolder folder = new(root, string.Create(CultureInfo.InvariantCulture, $"{experiment}-{number:D3}"));
            if (!Directory.Exists(folder.Path))
            {
                return folder;
            }
        }
    }

    /// <summary>Whether some process trains the run now.</summary>
    public bool IsLocked()
    {
        if (!File.Exists(Lock))
        {
            return false;
        }

        try
        {
            // A shared lock: two who ask at once do not take each other for the trainer.
            using FileStream probe = new(Lock, FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>
    /// Whether the run's files would be elsewhere than in its root, by a symbolic link in place of the run's folder or of one in
    /// it. A silo, which writes for whoever reaches it, touches no such run.
    /// </summary>
    public bool LeavesRoot() => new[] { Path, Checkpoints, Samples, Evaluation }.Any(folder => new DirectoryInfo(folder) is { LinkTarget: not null });

    /// <summary>Whether a name can be a run's: it cannot leave its root.</summary>
    public static bool IsValidName(string name) => ValidName().IsMatch(name);

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]
    private static partial Regex ValidName();
}
