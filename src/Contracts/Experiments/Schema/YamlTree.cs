using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Cluster.Contracts.Experiments.Schema;

/// <summary>Turns YAML text into nodes with places. Refuses what an experiment file has no use for: anchors, aliases, tags, several documents, deep nesting.</summary>
internal sealed class YamlTree
{
    private const int MaxDepth = 20;

    private readonly string text;
    private readonly string source;
    private readonly bool isFlag;
    private readonly ErrorList errors;
    private readonly Parser parser;
    private int depth;

    private YamlTree(string text, string source, bool isFlag, ErrorList errors)
    {
        (this.text, this.source, this.isFlag, this.errors) = (text, source, isFlag, errors);
        parser = new Parser(new StringReader(text));
    }

    /// <exception cref="ExperimentFileException">Not YAML, or YAML of another shape than a map.</exception>
    public static MapNode ReadFile(string text, string file, ErrorList errors)
    {
        const string example = "the smallest experiment file is: model: {kind: gan}";
        return new YamlTree(text, file, false, errors).Document() switch
        {
            MapNode map => map,
            null or ScalarNode { IsNull: true } => throw ErrorList.Fatal(new(file, 1, 1), $"is empty; {example}"),
            var other => throw ErrorList.Fatal(other.At, $"must be keys with values, but is {other.Shown}; {example}"),
        };
    }

    /// <summary>The value of <c>--set key=value</c>.</summary>
    /// <exception cref="ExperimentFileException">Not YAML.</exception>
    public static Node ReadFlag(string value, string flag, ErrorList errors) =>
        new YamlTree(value, flag, true, errors).Document() ?? new ScalarNode(new(flag, 0, 0), "", true);

    private Node? Document()
    {
        try
        {
            Next<StreamStart>();
            if (!Advance() || parser.Current is StreamEnd) return null;
            Advance();
            var root = Read();
            Advance();
            if (Advance() && parser.Current is DocumentStart second)
                throw ErrorList.Fatal(At(second.Start), "a second document begins here; an experiment file holds one");
            return root;
        }
        catch (YamlException e)
        {
            throw Syntax(At(e.Start), e.Message);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            // The library lets a few of these through where a bracket stays open; their messages speak of its inside.
            throw Syntax(At(parser.Current?.End ?? Mark.Empty), "a bracket, brace or quote is not closed after this");
        }
    }

    private Node Read()
    {
        if (parser.Current is AnchorAlias alias)
            throw ErrorList.Fatal(At(alias.Start), $"the alias *{Words.Safe(alias.Value.Value)} is not allowed; write the value out");
        if (parser.Current is NodeEvent { Anchor.IsEmpty: false } anchored)
            throw ErrorList.Fatal(At(anchored.Start), $"the anchor &{Words.Safe(anchored.Anchor.Value)} is not allowed; write the value out where it is needed");
        if (parser.Current is NodeEvent { Tag.IsEmpty: false } tagged)
            throw ErrorList.Fatal(At(tagged.Start), $"the tag {Words.Safe(tagged.Tag.ToString())} is not allowed; write the plain value");
        switch (parser.Current)
        {
            case Scalar scalar:
                return new ScalarNode(At(scalar.Start), scalar.Value, scalar.Style == ScalarStyle.Plain);
            case SequenceStart start:
                return Nested(start, ReadList);
            case MappingStart start:
                return Nested(start, ReadMap);
            default:
                throw Syntax(At(parser.Current?.Start ?? Mark.Empty), "a value was expected here");
        }
    }

    private Node Nested(NodeEvent start, Func<Place, Node> read)
    {
        if (++depth > MaxDepth) throw ErrorList.Fatal(At(start.Start), $"is nested more than {MaxDepth} deep, which no experiment file is");
        var node = read(At(start.Start));
        depth--;
        return node;
    }

    private ListNode ReadList(Place at)
    {
        var items = new List<Node>();
        while (Advance() && parser.Current is not SequenceEnd) items.Add(Read());
        return new(at, items);
    }

    private MapNode ReadMap(Place at)
    {
        var map = new MapNode(at);
        while (Advance() && parser.Current is not MappingEnd)
        {
            var left = Read();
            if (left is not ScalarNode key) throw ErrorList.Fatal(left.At, $"a key must be one word, but is {left.Shown}");
            Advance();
            var value = Read();
            if (!map.TryAdd(new(key.Text, key.At, value)))
                errors.Add(key.At, Words.Safe(key.Text), First(map, key.Text));
        }
        return map;
    }

    private string First(MapNode map, string key) => isFlag
        ? "stands twice in the same section; keep one"
        : $"stands twice in the same section, first at line {map.Find(key)!.At.Line}; keep one";

    private bool Advance() => parser.MoveNext();

    private void Next<T>()
    {
        if (!Advance() || parser.Current is not T) throw Syntax(At(Mark.Empty), "cannot be read as YAML");
    }

    private Place At(Mark mark) => isFlag ? new(source, 0, 0) : new(source, (int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));

    private ExperimentFileException Syntax(Place at, string message) =>
        Tab(at, message.Contains("tab", StringComparison.OrdinalIgnoreCase)) is { } tab
            ? ErrorList.Fatal(tab, "a tab stands in the indentation; YAML wants spaces")
            : ErrorList.Fatal(at, $"is not valid YAML: {char.ToLowerInvariant(message[0])}{message[1..].TrimEnd('.')}");

    /// <summary>The first tab in the indentation of the line; of any line from there on where the library blames a tab, because it names the section's start.</summary>
    private Place? Tab(Place at, bool blamed)
    {
        var line = 0;
        foreach (var row in text.Split('\n'))
        {
            line++;
            if (line < at.Line || (line > at.Line && !blamed)) continue;
            var tab = row.AsSpan(0, row.Length - row.AsSpan().TrimStart().Length).IndexOf('\t');
            if (tab >= 0) return isFlag ? at : at with { Line = line, Column = tab + 1 };
        }
        return null;
    }
}
