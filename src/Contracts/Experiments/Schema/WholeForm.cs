using System.Globalization;
using System.Text.RegularExpressions;

namespace Cluster.Contracts.Experiments.Schema;

/// <summary>A whole number in a closed range.</summary>
internal sealed partial class WholeForm(long min, long max) : Form<long>
{
    public override string Type => "integer";

    private bool Unbounded => max is long.MaxValue or int.MaxValue;

    public override string Range => Unbounded ? $"at least {Text(min)}" : $"{Text(min)} to {Text(max)}";

    public override string Expected =>
        Unbounded ? $"a whole number of at least {Text(min)}" : $"a whole number from {Text(min)} to {Text(max)}";

    public override long Read(ScalarNode node, out string? wrong)
    {
        wrong = null;
        if (node.Plain && Digits().IsMatch(node.Text))
        {
            var fits = long.TryParse(node.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n);
            if (fits && n >= min && n <= max) return n;
            // The range in words leaves out a largest value that is only that of the type.
            var tooLarge = fits ? n > max : node.Text[0] != '-';
            wrong = Refusal(node, Unbounded && tooLarge ? $"; the largest is {Text(max)}" : "");
            return default;
        }
        wrong = Refusal(node, Hint(node));
        return default;
    }

    public override string Write(long value) => Text(value);

    private static string Hint(ScalarNode node)
    {
        if (!node.Plain) return Digits().IsMatch(node.Text) ? "; write it without quotes" : "";
        var bare = node.Text.Replace("_", "", StringComparison.Ordinal);
        if (bare.Length < node.Text.Length && Digits().IsMatch(bare)) return $"; write {bare}";
        return NumberForm.TryRead(node.Text, out var x) && x == Math.Floor(x) && Math.Abs(x) < 1e15 ? $"; write {Text((long)x)}" : "";
    }

    private static string Text(long n) => n.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^[+-]?[0-9]+\z")]
    private static partial Regex Digits();
}
