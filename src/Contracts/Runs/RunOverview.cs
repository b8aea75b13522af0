namespace Cluster.Contracts.Runs;

/// <summary>What a run's files say of it.</summary>
/// <param name="Name">The run's name.</param>
/// <param name="Folder">Its folder.</param>
/// <param name="State">One word; <c>interrupted</c> for a run that was training when its process went.</param>
/// <param name="Step">Steps completed, as far as the files know.</param>
/// <param name="Steps">Steps in all; 0 where the state file is missing or damaged.</param>
/// <param name="Updated">When the state was last written; null as above.</param>
/// <param name="Attempts">How many times training was started, resumed or recovered.</param>
/// <param name="Problem">Why it failed, or why it waits; null otherwise.</param>
/// <param name="Metrics">The last row of its metrics; null where there is none.</param>
/// <param name="Checkpoints">Names of complete checkpoints, oldest first.</param>
/// <param name="Sample">Path of the newest picture; null where there is none.</param>
/// <param name="Owner">Whose it is in its cluster's queue; null where nobody was named.</param>
/// <param name="Priority">Its priority in its cluster's queue; null where it is in none.</param>
/// <param name="Devices">The places that its cluster gave it, <c>silo-1/cuda:0</c>, while it trains.</param>
[GenerateSerializer, Immutable, Alias("cluster.RunOverview")]
public sealed record RunOverview(
    string Name,
    string Folder,
    string State,
    long Step,
    long Steps,
    DateTimeOffset? Updated,
    long Attempts,
    string? Problem,
    MetricsRow? Metrics,
    IReadOnlyList<string> Checkpoints,
    string? Sample,
    string? Owner = null,
    int? Priority = null,
    IReadOnlyList<string>? Devices = null)
{
    /// <summary>A run that no process trains, though its state says so.</summary>
    public const string Interrupted = "interrupted";

    /// <summary>Whether <c>resume</c> would go on with it.</summary>
    public bool CanResume => State is Interrupted or "paused" or "failed" or "cancelled";

    /// <summary>Reads it.</summary>
    public static RunOverview Read(RunFolder folder)
    {
        RunStateFile? file = RunStateFile.Read(folder);
        bool training = file is null or { State: RunState.Running or RunState.Recovering or RunState.Queued };
        bool locked = training && folder.IsLocked();
        string state = (training, locked) switch
        {
            (true, false) when file is { State: RunState.Queued } && RunTicket.Read(folder) is not null => Word(RunState.Queued),
            (true, false) => Interrupted,
            (true, true) when file is null => Word(RunState.Queued),
            _ => Word(file!.State),
        };

        // The state file is as old as the newest checkpoint; the metrics know better.
        MetricsRow? metrics = MetricsRow.Last(folder);
        long step = file?.Step ?? 0;
        if (locked && metrics is { } row)
        {
            step = Math.Max(step, row.Step);
        }

        RunTicket? ticket = RunTicket.Read(folder);
        return new RunOverview(
            folder.Name, folder.Path, state, step, file?.Steps ?? 0, file?.Updated, file?.Attempts ?? 0, file?.Problem, metrics, CompleteCheckpoints(folder), NewestSample(folder),
            ticket is { Owner.Length: > 0 } ? ticket.Owner : null, ticket?.Priority, locked ? Places(folder) : null);
    }

    private static string[] CompleteCheckpoints(RunFolder folder) => [.. CheckpointListing.List(folder).Select(each => each.Name)];

    private static string? NewestSample(RunFolder folder) => RunPictures.Samples(folder).LastOrDefault()?.Path;

    private static string[]? Places(RunFolder folder) =>
        RunLease.Read(folder)?.All.Select(each => each.Memory > 0 && each.Device == "cpu" ? $"{each.Name}/{each.Device} {each.Memory} MiB" : $"{each.Name}/{each.Device}").ToArray();

    private static string Word(RunState state) => state.ToString().ToLowerInvariant();
}
