using System.Globalization;
using System.Text.RegularExpressions;

namespace Cluster.Contracts.Experiments.Schema;

/// <summary>A finite number in an interval.</summary>
internal sealed partial class NumberForm(Interval range) : Form<double>
{
    public override string Type => "number";

    public override string Range => range.Text.StartsWith("of ", StringComparison.Ordinal) ? range.Text[3..] : range.Text;

    public override string Expected => $"a number {range.Text}";

    public static bool TryRead(string text, out double value)
    {
        value = 0;
        return Decimal().IsMatch(text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
    }

    public override double Read(ScalarNode node, out string? wrong)
    {
        wrong = null;
        var good = TryRead(node.Text, out var x);
        // Adding zero makes -0 into 0: the two would print differently and compare equal.
        if (node.Plain && good && range.Contains(x)) return x + 0.0;
        wrong = Refusal(node, Hint(node, good));
        return default;
    }

    /// <summary>The shortest text that reads back as the same double; with a point before the exponent, because YAML 1.1 readers want one.</summary>
    public override string Write(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        var e = text.IndexOf('E', StringComparison.Ordinal);
        if (e < 0) return text;
        var mantissa = text[..e];
        if (!mantissa.Contains('.', StringComparison.Ordinal)) mantissa += ".0";
        var exponent = int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{mantissa}e{(exponent < 0 ? "-" : "+")}{Math.Abs(exponent)}");
    }

    private static string Hint(ScalarNode node, bool isNumber)
    {
        if (!node.Plain) return isNumber ? "; write it without quotes" : "";
        if (isNumber) return "";
        foreach (var bare in new[] { node.Text.Replace("_", "", StringComparison.Ordinal), node.Text.Replace(',', '.') })
            if (TryRead(bare, out _)) return $"; write {bare}";
        return "";
    }

    [GeneratedRegex(@"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\z")]
    private static partial Regex Decimal();
}
