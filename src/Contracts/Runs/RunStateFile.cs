using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cluster.Contracts.Runs;

/// <summary>A run's state on disk, replaced as a whole: written beside and renamed.</summary>
/// <param name="State">The state when it was written; a killed process leaves <see cref="RunState.Running"/> behind.</param>
/// <param name="Step">Steps completed.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Checkpoint">Step of the newest complete checkpoint; −1 where there is none.</param>
/// <param name="Attempts">How many times training was started, resumed or recovered.</param>
/// <param name="Updated">When it was written, UTC.</param>
/// <param name="Problem">Why the run failed; null otherwise.</param>
/// <param name="LeftOut">Steps that the run leaves out, because they gave no finite numbers: what comes after depends on them.</param>
public sealed record RunStateFile(
    RunState State, long Step, long Steps, long Checkpoint, long Attempts, DateTimeOffset Updated, string? Problem, IReadOnlyList<long>? LeftOut = null)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter<RunState>(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Reads a run's state; null where it has none that can be read.</summary>
    public static RunStateFile? Read(RunFolder folder)
    {
        try
        {
            return JsonSerializer.Deserialize<RunStateFile>(File.ReadAllBytes(folder.State), Options);
        }
        catch (Exception unreadable) when (unreadable is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes the state.</summary>
    public void Write(RunFolder folder) => AtomicFile.WriteAllBytes(folder.State, JsonSerializer.SerializeToUtf8Bytes(this, Options));
}
