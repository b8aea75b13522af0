using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Cluster.Chart.Tests;

/// <summary>A place in a YAML document; one that does not exist answers with nothing.</summary>
internal readonly record struct Node(YamlNode? Yaml)
{
    internal bool Exists => Yaml is not null;

    /// <summary>What a scalar says.</summary>
    internal string? Text => (Yaml as YamlScalarNode)?.Value;

    /// <summary>Whether it was written as a string: a number or a truth value where Kubernetes wants text is refused.</summary>
    internal bool IsString => Yaml is YamlScalarNode scalar && (scalar.Style is not ScalarStyle.Plain || !IsTyped(scalar.Value!));

    internal IEnumerable<Node> Items => Yaml is YamlSequenceNode list ? list.Children.Select(each => new Node(each)) : [];

    internal IReadOnlyDictionary<string, Node> Fields => Yaml is YamlMappingNode map
        ? map.Children.ToDictionary(each => ((YamlScalarNode)each.Key).Value!, each => new Node(each.Value), StringComparer.Ordinal)
        : new Dictionary<string, Node>();

    internal Node this[params string[] path] => path.Aggregate(this, (at, key) => at.Fields.GetValueOrDefault(key));

    internal static IReadOnlyList<Node> Documents(string text)
    {
        YamlStream stream = [];
        using StringReader reader = new(text);
        stream.Load(reader);
        return [.. stream.Documents.Select(each => new Node(each.RootNode)).Where(each => each.Fields.Count > 0)];
    }

    /// <summary>The entry of a list whose <c>name</c> is this.</summary>
    internal Node Named(string name) => Items.FirstOrDefault(each => each["name"].Text == name);

    public override string ToString() => Yaml?.ToString() ?? "(nothing)";

    private static bool IsTyped(string text) =>
        text is "true" or "false" or "null" or "~" or "yes" or "no" or "on" or "off" or "" || double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out _);
}
