namespace Cluster.Contracts.Experiments.Schema;

/// <summary>true or false.</summary>
internal sealed class FlagForm : Form<bool>
{
    public static readonly FlagForm Instance = new();

    public override string Type => "flag";

    public override string Range => "true, false";

    public override string Expected => "true or false";

    public override bool Read(ScalarNode node, out string? wrong)
    {
        wrong = node is { Plain: true, Text: "true" or "false" } ? null : Refusal(node);
        return node.Text == "true";
    }

    public override string Write(bool value) => value ? "true" : "false";
}
