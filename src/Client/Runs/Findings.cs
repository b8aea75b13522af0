using Cluster.Contracts.Runs;

namespace Cluster.Client;

/// <summary>What the run's rules have found since it is followed, from its events: found and over, each once.</summary>
internal sealed class Findings
{
    private readonly RunEvents _events;
    private int _told;

    /// <param name="folder">The run. What its file holds already was told to whoever followed it then.</param>
    public Findings(RunFolder folder)
    {
        _events = new RunEvents(folder);
        _events.Refresh();
        _told = _events.All.Count;
    }

    /// <summary>The lines that are new.</summary>
    public IReadOnlyList<string> Next()
    {
        _events.Refresh();
        string[] lines = [.. _events.All.Skip(_told).Select(Line).OfType<string>()];
        _told = _events.All.Count;
        return lines;
    }

    /// <summary>A finding as a line; null for any other event.</summary>
    public static string? Line(RunEvent entry) => entry.Kind switch
    {
        RunEvent.Diagnosis => $"{entry.Rule} at step {entry.Step}: {entry.Text}{(entry.Suggestion is { Length: > 0 } help ? $" (try: {help})" : "")}",
        RunEvent.Cleared => $"{entry.Text} since step {entry.Step}",
        _ => null,
    };
}
