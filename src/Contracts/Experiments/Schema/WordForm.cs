using System.Text;

namespace Cluster.Contracts.Experiments.Schema;

/// <summary>One word of an enumeration, written in kebab case: <c>NonSaturating</c> is <c>non-saturating</c>.</summary>
internal sealed class WordForm<T> : Form<T> where T : struct, Enum
{
    public static readonly WordForm<T> Instance = new();

    private readonly T[] values = Enum.GetValues<T>();
    private readonly string[] words = [.. Enum.GetNames<T>().Select(Kebab)];

    public override string Type => "word";

    public override string Range => string.Join(", ", words);

    public override string Expected => Words.OneOf(words);

    public override T Read(ScalarNode node, out string? wrong)
    {
        var i = Array.IndexOf(words, node.Text);
        wrong = i >= 0 ? null : Refusal(node, Words.DidYouMean(node.Text, words));
        return i >= 0 ? values[i] : default;
    }

    public override string Write(T value) => words[Array.IndexOf(values, value)];

    private static string Kebab(string name)
    {
        var text = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsUpper(c) && text.Length > 0) text.Append('-');
            text.Append(char.ToLowerInvariant(c));
        }
        return text.ToString();
    }
}
