using System.Text;

namespace Cluster.Contracts.Experiments.Schema;

/// <summary>Writes a record as YAML along the schema, every option, in the schema's order.</summary>
internal sealed class Printer : Section
{
    private readonly StringBuilder text;
    private readonly string indent;

    private Printer(StringBuilder text, string indent) => (this.text, this.indent) = (text, indent);

    public static string Print<T>(T value, Func<Section, T, T> describe)
    {
        var text = new StringBuilder();
        describe(new Printer(text, ""), value);
        return text.ToString();
    }

    public override T Scalar<T>(string key, T value, Form<T> form, string meaning, Only? only = null)
    {
        if (only is not { Holds: false }) Line(key, form.Write(value));
        return value;
    }

    public override ValueList<T> List<T>(string key, ValueList<T> value, Form<T> item, int most, string meaning)
    {
        Line(key, $"[{string.Join(", ", value.Select(item.Write))}]");
        return value;
    }

    public override T Map<T>(string key, T value, Func<Section, T, T> describe, string meaning, string? word = null)
    {
        text.Append(indent).Append(key).Append(":\n");
        describe(new Printer(text, indent + "  "), value);
        return value;
    }

    public override T OneOf<T>(string tag, IReadOnlyList<Alternative<T>> alternatives, T value, string meaning, bool required = false)
    {
        var chosen = alternatives.First(a => a.Fits(value));
        Line(tag, chosen.Word);
        chosen.Describe(this, value);
        return value;
    }

    public override ValueList<T> EachRole<T>(
        string key, ValueList<string> roles, Func<string, T> value, Func<Section, T, T> describe, string meaning, string word, string inner)
    {
        if (roles.Count == 0) return [];
        text.Append(indent).Append(key).Append(":\n");
        var section = new Printer(text, indent + "  ");
        return [.. roles.Select(role => section.Map(role, value(role), describe, meaning))];
    }

    public override void Require(string key, bool holds, string message)
    {
    }

    private void Line(string key, string value) => text.Append(indent).Append(key).Append(": ").Append(value).Append('\n');
}
