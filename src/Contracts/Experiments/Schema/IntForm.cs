namespace Cluster.Contracts.Experiments.Schema;

/// <summary>A whole number that fits 32 bits.</summary>
internal sealed class IntForm(int min, int max) : Form<int>
{
    private readonly WholeForm whole = new(min, max);

    public override string Type => whole.Type;

    public override string Range => whole.Range;

    public override string Expected => whole.Expected;

    public override int Read(ScalarNode node, out string? wrong) => (int)whole.Read(node, out wrong);

    public override string Write(int value) => whole.Write(value);
}
