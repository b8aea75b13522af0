using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>What the generator's last layer ends in. The data are scaled to match.</summary>
public enum OutputActivation
{
    /// <summary>Images in [-1, 1].</summary>
    Tanh,

    /// <summary>Images in [0, 1].</summary>
    Sigmoid,

    /// <summary>Any values: points and other vectors.</summary>
    Linear,
}

/// <summary>The generator's network: z, hidden layers, then one unit for each pixel.</summary>
public sealed record GeneratorOptions
{
    public NetKind Net { get; init; } = NetKind.Mlp;

    /// <summary>Of dcgan only.</summary>
    public int Channels { get; init; } = 64;
    public ValueList<int> Hidden { get; init; } = [256, 512];
    public Activation Activation { get; init; } = Activation.LeakyRelu;

    /// <summary>Of leaky-relu only; with another activation it keeps its default and is not printed.</summary>
    public double Slope { get; init; } = 0.2;
    public OutputActivation Output { get; init; } = OutputActivation.Tanh;

    /// <summary>Miyato et al. 2018, for the generator as in Zhang et al. 2019; beside batch normalization.</summary>
    public bool SpectralNorm { get; init; }

    /// <summary>Of spectralNorm only.</summary>
    public double SpectralScale { get; init; } = 1;

    /// <summary>Elements of an embedding of the class that conditions batch normalization (Brock et al. 2019); 0 for none. Of dcgan only.</summary>
    public int ClassEmbedding { get; init; }

    /// <summary>Whether pieces of z condition batch normalization (Brock et al. 2019). Of dcgan only.</summary>
    public bool SkipLatent { get; init; }

    public Initialization Initialization { get; init; } = Initialization.Default;

    /// <summary>Weight of the orthogonal regularization (Brock et al. 2019); 0 for none.</summary>
    public double Orthogonal { get; init; }

    /// <summary>Decay of the parameters' moving average; 0 for none.</summary>
    public double Average { get; init; }

    internal static GeneratorOptions Describe(Section s, GeneratorOptions d)
    {
        var net = NetSchema.Net(s, d.Net);
        var hidden = NetSchema.Hidden(s, d.Hidden);
        var activation = NetSchema.Activation(s, d.Activation);
        var spectral = NetSchema.SpectralNorm(s, d.SpectralNorm);
        Only convolutional = new("net", "dcgan", net == NetKind.Dcgan);
        return new()
        {
            Net = net,
            Hidden = hidden,
            Activation = activation,
            Slope = NetSchema.Slope(s, d.Slope, activation),
            Channels = NetSchema.Channels(s, d.Channels, net),
            Output = s.Word("output", d.Output, "what the last layer ends in; the data are scaled to match: [-1, 1] for tanh and for images behind linear, [0, 1] for sigmoid; data that are floats stay as they are and must lie in that range, but for linear"),
            SpectralNorm = spectral,
            SpectralScale = NetSchema.SpectralScale(s, d.SpectralScale, spectral),
            ClassEmbedding = s.Scalar("classEmbedding", d.ClassEmbedding, new IntForm(0, 4096),
                "elements of an embedding of the class, from which gain and shift of every batch normalization come (Brock et al. 2019: 128); 0: the class stands beside z", convolutional),
            SkipLatent = s.Scalar("skipLatent", d.SkipLatent, FlagForm.Instance, "whether z is divided, a piece for the first layer and one for each batch normalization (Brock et al. 2019)", convolutional),
            Initialization = NetSchema.Initialization(s, d.Initialization),
            Orthogonal = s.Number("orthogonal", d.Orthogonal, "weight of a penalty on products of different rows of each weight (Brock et al. 2019: 1e-4); 0: none", Interval.NonNegative),
            Average = s.Number("average", d.Average, "decay of a moving average of the parameters, with which samples are drawn and judged (Karras et al. 2018, Brock et al. 2019); 0: none", Interval.Fraction),
        };
    }
}
