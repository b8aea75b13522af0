namespace Cluster.Contracts.Experiments.Schema;

/// <summary>Text with a pattern of its own, read into a type of its own.</summary>
/// <param name="parse">Null for text that does not fit.</param>
internal sealed class PatternForm<T>(string type, string expected, Func<string, T?> parse, Func<T, string> write) : Form<T> where T : class
{
    public override string Type => type;

    public override string Range => expected;

    public override string Expected => expected;

    /// <summary>What <c>write</c> gives must be good as a plain scalar.</summary>
    public override string Write(T value) => write(value);

    public override T Read(ScalarNode node, out string? wrong)
    {
        var value = parse(node.Text);
        wrong = value is null ? Refusal(node) : null;
        return value!;
    }
}
