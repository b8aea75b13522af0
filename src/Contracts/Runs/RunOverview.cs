namespace Cluster.Contracts.Runs;

/// <summary>What a run's files say of it, without a cluster.</summary>
/// <param name="Folder">The run.</param>
/// <param name="State">One word; <c>interrupted</c> for a run that was training when its process went.</param>
/// <param name="Step">Steps completed, as far as the files know.</param>
/// <param name="File">The state file; null where it is missing or damaged.</param>
public sealed record RunOverview(RunFolder Folder, string State, long Step, RunStateFile? File)
{
    /// <summary>A run that no process trains, though its state says so.</summary>
    public const string Interrupted = "interrupted";

    /// <summary>Reads it.</summary>
    public static RunOverview Read(RunFolder folder)
    {
        RunStateFile? file = RunStateFile.Read(folder);
        bool training = file is null or { State: RunState.Running or RunState.Recovering or RunState.Queued };
        bool locked = training && folder.IsLocked();
        string state = (training, locked) switch
        {
            (true, false) => Interrupted,
            (true, true) when file is null => Word(RunState.Queued),
            _ => Word(file!.State),
        };

        // The state file is as old as the newest checkpoint; the metrics know better.
        long step = file?.Step ?? 0;
        if (locked && MetricsRow.Last(folder) is { } row)
        {
            step = Math.Max(step, row.Step);
        }

        return new RunOverview(folder, state, step, file);
    }

    /// <summary>Names of complete checkpoints, oldest first.</summary>
    public static IReadOnlyList<string> Checkpoints(RunFolder folder) => [.. CheckpointListing.List(folder).Select(each => each.Name)];

    /// <summary>Path of the newest picture; null where there is none.</summary>
    public static string? NewestSample(RunFolder folder) => RunPictures.Samples(folder).LastOrDefault()?.Path;

    private static string Word(RunState state) => state.ToString().ToLowerInvariant();
}
