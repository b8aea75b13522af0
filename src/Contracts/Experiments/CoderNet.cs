using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>The hidden layers of an encoder or decoder.</summary>
public sealed record CoderNet
{
    public ValueList<int> Hidden { get; init; } = [200, 200];
    public Activation Activation { get; init; } = Activation.Tanh;

    /// <summary>Of leaky-relu only; with another activation it keeps its default and is not printed.</summary>
    public double Slope { get; init; } = 0.2;

    internal static CoderNet Describe(Section s, CoderNet d)
    {
        var hidden = NetSchema.Hidden(s, d.Hidden);
        var activation = NetSchema.Activation(s, d.Activation);
        return new() { Hidden = hidden, Activation = activation, Slope = NetSchema.Slope(s, d.Slope, activation) };
    }
}
