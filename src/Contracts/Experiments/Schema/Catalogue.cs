namespace Cluster.Contracts.Experiments.Schema;

/// <summary>One option, as the reference shows it.</summary>
internal sealed record CatalogueRow(string Key, string Path, string Type, string Default, string Range, string Meaning);

/// <summary>One section of the schema, or one alternative of it.</summary>
/// <param name="Path">Empty for the root.</param>
/// <param name="Choice">The alternative, as <c>kind: gan</c>; empty where the section has none.</param>
internal sealed record CatalogueSection(string Path, string Choice, string Meaning)
{
    public List<CatalogueRow> Rows { get; } = [];
}

/// <summary>Walks the whole schema, every alternative of it, and collects its options.</summary>
internal sealed class Catalogue : Section
{
    private readonly List<CatalogueSection> sections;
    private readonly CatalogueSection own;

    private Catalogue(List<CatalogueSection> sections, CatalogueSection own)
    {
        (this.sections, this.own) = (sections, own);
        sections.Add(own);
    }

    /// <summary>All sections, the outermost first.</summary>
    public static IReadOnlyList<CatalogueSection> Of<T>(T value, Func<Section, T, T> describe)
    {
        var sections = new List<CatalogueSection>();
        describe(new Catalogue(sections, new("", "", "")), value);
        return sections;
    }

    public override T Scalar<T>(string key, T value, Form<T> form, string meaning, Only? only = null)
    {
        Add(key, form.Type, form.Write(value), form.Range, meaning);
        return value;
    }

    public override ValueList<T> List<T>(string key, ValueList<T> value, Form<T> item, int most, string meaning)
    {
        Add(key, $"list of {item.Type}s", $"[{string.Join(", ", value.Select(item.Write))}]", $"each {item.Range}; at most {most}", meaning);
        return value;
    }

    public override T Map<T>(string key, T value, Func<Section, T, T> describe, string meaning, string? word = null)
    {
        var note = word is null ? "" : $"; a plain word is short for `{{{word}: word}}`";
        Add(key, "section", "", "", meaning + note);

        // Alternatives may share a section: it is told once.
        var path = Join(key);
        var before = sections.Count;
        describe(new Catalogue(sections, new(path, "", meaning)), value);
        if (sections.FindIndex(told => told.Path == path && told.Rows.SequenceEqual(sections[before].Rows)) < before && sections.Count == before + 1)
            sections.RemoveAt(before);
        return value;
    }

    public override T OneOf<T>(string tag, IReadOnlyList<Alternative<T>> alternatives, T value, string meaning, bool required = false)
    {
        var start = required ? "required" : alternatives.First(a => a.Fits(value)).Word;
        Add(tag, "word", start, string.Join(", ", alternatives.Select(a => a.Word)), meaning);
        foreach (var kind in alternatives)
            kind.Describe(new Catalogue(sections, new(own.Path, $"{tag}: {kind.Word}", kind.Meaning)), kind.Fits(value) ? value : kind.Default);
        return value;
    }

    public override ValueList<T> EachRole<T>(
        string key, ValueList<string> roles, Func<string, T> value, Func<Section, T, T> describe, string meaning, string word, string inner)
    {
        Add(key, "section", "", "", $"{meaning}; a plain word is short for `{{{word}: word}}`");
        describe(new Catalogue(sections, new(Join(key), "", $"{meaning}; the roles are {string.Join(" and ", roles)}")), value(roles[0]));
        return [.. roles.Select(value)];
    }

    public override void Require(string key, bool holds, string message)
    {
    }

    private string Join(string key) => own.Path.Length == 0 ? key : $"{own.Path}.{key}";

    private void Add(string key, string type, string start, string range, string meaning) =>
        own.Rows.Add(new(key, Join(key), type, start, range, meaning));
}
