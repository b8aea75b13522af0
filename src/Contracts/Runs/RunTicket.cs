using System.Text.Json;

namespace Cluster.Contracts.Runs;

/// <summary>A run's place in its cluster's queue, in <c>queue.json</c>: only runs that have one are started by a cluster by itself.</summary>
/// <param name="Priority">The higher goes first.</param>
/// <param name="Submitted">When it was handed in, UTC; of one owner and priority the earlier goes first.</param>
/// <param name="Owner">Whose it is, as whoever handed it in said; empty where nothing was said.</param>
public sealed record RunTicket(int Priority, DateTimeOffset Submitted, string Owner = "")
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    /// <summary>Reads it; null where the run has none.</summary>
    public static RunTicket? Read(RunFolder folder)
    {
        try
        {
            RunTicket? ticket = JsonSerializer.Deserialize<RunTicket>(File.ReadAllBytes(PathOf(folder)), Options);
            return ticket is { Owner: null } ? ticket with { Owner = "" } : ticket;
        }
        catch (Exception unreadable) when (unreadable is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes it.</summary>
    public void Write(RunFolder folder) => AtomicFile.WriteAllBytes(PathOf(folder), JsonSerializer.SerializeToUtf8Bytes(this, Options));

    private static string PathOf(RunFolder folder) => Path.Combine(folder.Path, "queue.json");
}
