using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Grains;

/// <summary>The small files of a run's folder.</summary>
internal static class RunFiles
{
    /// <summary>Makes the folder of a new run with its experiment file, and takes it.</summary>
    /// <exception cref="InputException">The run exists, or its folder cannot be written.</exception>
    public static RunLock Create(RunFolder folder, string experiment)
    {
        if (File.Exists(folder.Experiment))
        {
            throw new InputException($"run {folder.Name} exists already in {folder.Root}; resume it, or start under another name");
        }

        try
        {
            Directory.CreateDirectory(folder.Checkpoints);
            Directory.CreateDirectory(folder.Samples);
            RunLock held = RunLock.Take(folder);
            AtomicFile.WriteAllBytes(folder.Experiment, System.Text.Encoding.UTF8.GetBytes(experiment));
            return held;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(folder.Path, problem);
        }
    }

    /// <summary>A run's status from its files, where nobody trains it here.</summary>
    /// <exception cref="InputException">There is no such run.</exception>
    public static RunStatus Status(RunFolder folder)
    {
        RunFolder found = RunFolder.Find(folder.Root, folder.Name);
        RunStateFile? state = RunStateFile.Read(found);
        return new RunStatus(
            state?.State ?? RunState.Queued, state?.Step ?? 0, state?.Steps ?? 0, state?.Checkpoint ?? -1, 0, new Dictionary<string, double>(), state?.Problem);
    }

    /// <summary>Changes the state of a run that nobody trains and that has not ended.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="state">Its new state.</param>
    /// <param name="time">Says when.</param>
    /// <param name="problem">Why; null for no reason.</param>
    /// <param name="onlyIfWaiting">Whether a run that a person has stopped meanwhile stays as it is.</param>
    public static void Rest(RunFolder folder, RunState state, TimeProvider time, string? problem = null, bool onlyIfWaiting = false)
    {
        RunLock held;
        try
        {
            held = RunLock.Take(folder);
        }
        catch (InputException)
        {
            return; // somebody trains it
        }

        using (held)
        {
            // Read while it is held: the queue and a person may both be at it.
            if (RunStateFile.Read(folder) is { State: not RunState.Finished } file && (!onlyIfWaiting || Waits(file.State)))
            {
                (file with { State = state, Problem = problem, Updated = time.GetUtcNow() }).Write(folder);
            }
        }
    }

    /// <summary>Whether a run in that state is for its cluster to go on with, where nobody trains it.</summary>
    public static bool Waits(RunState state) => state is RunState.Queued or RunState.Running or RunState.Recovering;

    /// <summary>Writes a picture of samples.</summary>
    public static void WriteSample(RunFolder folder, long step, byte[] picture) =>
        AtomicFile.WriteAllBytes(Path.Combine(folder.Samples, RunFolder.StepName(step) + ".png"), picture);

    /// <summary>Adds a row to a run's <c>metrics.jsonl</c> that no training writes.</summary>
    public static void AppendMetrics(RunFolder folder, long step, IReadOnlyDictionary<string, double> figures) =>
        RunJournal.AppendLine(folder.Metrics, RunJournal.Row(step, figures));

    public static InputException Unwritable(string path, Exception problem) =>
        new($"cannot write to the runs folder {path}: {problem.Message}; name another with --runs DIR");
}
