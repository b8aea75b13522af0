using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>The discriminator's network: an image, hidden layers, then one logit.</summary>
public sealed record DiscriminatorOptions
{
    public NetKind Net { get; init; } = NetKind.Mlp;

    /// <summary>Of dcgan only.</summary>
    public int Channels { get; init; } = 64;

    /// <summary>Of dcgan only.</summary>
    public bool BatchNorm { get; init; } = true;

    /// <summary>Miyato et al. 2018; in place of batch normalization.</summary>
    public bool SpectralNorm { get; init; }

    /// <summary>Of spectralNorm only.</summary>
    public double SpectralScale { get; init; } = 1;

    public Initialization Initialization { get; init; } = Initialization.Default;

    /// <summary>Kernels of minibatch discrimination (Salimans et al. 2016, section 3.2); 0 for none.</summary>
    public int MinibatchKernels { get; init; }
    public int MinibatchDimensions { get; init; } = 5;
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
        var slope = NetSchema.Slope(s, d.Slope, activation);
        var spectral = NetSchema.SpectralNorm(s, d.SpectralNorm);
        return new()
        {
            Net = net,
            Hidden = hidden,
            Activation = activation,
            Slope = slope,
            Channels = NetSchema.Channels(s, d.Channels, net),
            BatchNorm = s.Scalar("batchNorm", d.BatchNorm, FlagForm.Instance,
                "batch normalization between the convolutions; spectralNorm takes its place", new Only("net", "dcgan", net == NetKind.Dcgan)),
            SpectralNorm = spectral,
            SpectralScale = NetSchema.SpectralScale(s, d.SpectralScale, spectral),
            Initialization = NetSchema.Initialization(s, d.Initialization),
            MinibatchKernels = s.Int("minibatchKernels", d.MinibatchKernels, "kernels of minibatch discrimination before the last layer (Salimans et al. 2016: 50); 0: none", 0, 4096),
            MinibatchDimensions = s.Int("minibatchDimensions", d.MinibatchDimensions, "dimensions of each of these kernels", 1, 4096),
            LabelSmoothing = s.Number("labelSmoothing", d.LabelSmoothing,
                "one-sided label smoothing s: real images have the target 1 - s (Salimans et al. 2016)", Interval.Closed(0, 0.5)),
        };
    }
}
