namespace Cluster.Contracts.Experiments.Schema;

/// <summary>Where a piece of YAML was written.</summary>
/// <param name="Source">The file, or the flag.</param>
/// <param name="Line">1-based; 0 for flags.</param>
internal readonly record struct Place(string Source, int Line, int Column);

/// <summary>A piece of YAML with its place. Only what an experiment file may hold: no anchors, aliases or tags.</summary>
internal abstract class Node(Place at)
{
    public Place At { get; } = at;

    /// <summary>Completes "but is ...".</summary>
    public abstract string Shown { get; }
}

internal sealed class ScalarNode(Place at, string text, bool plain) : Node(at)
{
    public string Text { get; } = text;

    /// <summary>Written without quotes.</summary>
    public bool Plain { get; } = plain;

    public bool IsNull => Plain && Text is "" or "~" or "null" or "Null" or "NULL";

    public override string Shown => IsNull ? "empty" : Plain ? Words.Safe(Text) : $"the text \"{Words.Safe(Text)}\"";
}

internal sealed class ListNode(Place at, IReadOnlyList<Node> items) : Node(at)
{
    public IReadOnlyList<Node> Items { get; } = items;

    public override string Shown => "a list";
}

internal sealed record Entry(string Key, Place At, Node Value);

internal sealed class MapNode(Place at) : Node(at)
{
    private readonly OrderedDictionary<string, Entry> entries = new(StringComparer.Ordinal);

    public IEnumerable<Entry> Entries => entries.Values;

    /// <summary>The plain word that stood in the section's place before an override reached into it.</summary>
    public ScalarNode? Word { get; init; }

    public override string Shown => "a section";

    public Entry? Find(string key) => entries.GetValueOrDefault(key);

    public bool TryAdd(Entry entry) => entries.TryAdd(entry.Key, entry);

    public void Set(Entry entry) => entries[entry.Key] = entry;
}
