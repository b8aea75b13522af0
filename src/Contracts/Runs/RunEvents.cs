using System.Text.Json;

namespace Cluster.Contracts.Runs;

/// <summary>A run's <c>events.jsonl</c>, read as it grows. Not thread-safe.</summary>
public sealed class RunEvents(RunFolder folder)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    private readonly GrowingFile _file = new(folder.Events);
    private readonly List<RunEvent> _events = [];

    /// <summary>Those read so far, oldest first.</summary>
    public IReadOnlyList<RunEvent> All => _events;

    /// <summary>All events of a run; damaged lines are passed over.</summary>
    public static IReadOnlyList<RunEvent> Read(RunFolder folder)
    {
        RunEvents events = new(folder);
        events.Refresh();
        return events.All;
    }

    /// <summary>Reads what is new.</summary>
    /// <returns>Whether anything was.</returns>
    public bool Refresh() => _file.Read(_events.Clear, Add);

    private void Add(ReadOnlySpan<byte> line)
    {
        try
        {
            if (JsonSerializer.Deserialize<RunEvent>(line, Options) is { Kind: not null, Text: not null } entry)
            {
                _events.Add(entry);
            }
        }
        catch (JsonException)
        {
            // A line that a kill cut short, and to which the next was appended.
        }
    }
}
