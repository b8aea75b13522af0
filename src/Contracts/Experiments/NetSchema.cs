using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>The options that all fully connected networks share, declared once.</summary>
internal static class NetSchema
{
    private static readonly Form<int> Width = new IntForm(1, 1 << 20);

    public static NetKind Net(Section s, NetKind d) => s.Word("net", d, "architecture; mlp: fully connected layers");

    public static ValueList<int> Hidden(Section s, ValueList<int> d) =>
        s.List("hidden", d, Width, 64, "widths of the hidden layers from input to output; [] makes the network linear");

    public static Activation Activation(Section s, Activation d) => s.Word("activation", d, "what follows each hidden layer");

    public static double Slope(Section s, double d, Activation activation) =>
        s.Number("slope", d, "slope of leaky-relu below zero", Interval.Closed(0, 1),
            new Only("activation", "leaky-relu", activation == Experiments.Activation.LeakyRelu));
}
