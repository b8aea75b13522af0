using System.Globalization;
using System.Text;

namespace Cluster.Contracts.Experiments.Schema;

/// <summary>Free text under a rule.</summary>
internal sealed class TextForm(string expected, Func<string, bool> allows) : Form<string>
{
    public override string Type => "text";

    public override string Range => expected;

    public override string Expected => expected;

    public override string Read(ScalarNode node, out string? wrong)
    {
        wrong = allows(node.Text) ? null : Refusal(node);
        return node.Text;
    }

    public override string Write(string value) => Quoted(value);

    /// <summary>The text as a plain scalar where every YAML reader takes it for text, else in double quotes.</summary>
    public static string Quoted(string text)
    {
        var plain = text.Length > 0 && char.IsAsciiLetter(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/')
            && text.ToLowerInvariant() is not ("null" or "true" or "false" or "yes" or "no" or "on" or "off" or "y" or "n");
        if (plain) return text;

        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            if (c is '"' or '\\') quoted.Append('\\').Append(c);
            else if (c is >= ' ' and <= '~' || (c >= 0xa1 && c is not ('\u2028' or '\u2029' or '\ufeff'))) quoted.Append(c);
            else quoted.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
        }
        return quoted.Append('"').ToString();
    }
}
