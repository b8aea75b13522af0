using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>The discriminator's network: an image, hidden layers, then one logit.</summary>
public sealed record DiscriminatorOptions
{
    public NetKind Net { get; init; } = NetKind.Mlp;
    public ValueList<int> Hidden { get; init; } = [512, 256];
    public Activation Activation { get; init; } = Activation.LeakyRelu;

    /// <summary>Of leaky-relu only; with another activation it keeps its default and is not printed.</summary>
    public double Slope { get; init; } = 0.2;

    /// <summary>Real images have the target 1 - s (Salimans et al. 2016, section 3.4: one-sided); in [0, 0.5].</summary>
    public double LabelSmoothing { get; init; }

    internal static DiscriminatorOptions Describe(Section s, DiscriminatorOptions d)
    {
        var net = NetSchema.Net(s, d.Net);
        var hidden = NetSchema.Hidden(s, d.Hidden);
        var activation = NetSchema.Activation(s, d.Activation);
        return new()
        {
            Net = net,
            Hidden = hidden,
            Activation = activation,
            Slope = NetSchema.Slope(s, d.Slope, activation),
            LabelSmoothing = s.Number("labelSmoothing", d.LabelSmoothing,
                "one-sided label smoothing s: real images have the target 1 - s (Salimans et al. 2016)", Interval.Closed(0, 0.5)),
        };
    }
}
