using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>The options that all fully connected networks share, declared once.</summary>
internal static class NetSchema
{
    private static readonly Form<int> Width = new IntForm(1, 1 << 20);

    public static NetKind Net(Section s, NetKind d) => s.Word("net", d, "architecture; mlp: fully connected layers, whose shape hidden, activation and slope give; dcgan: the convolutions of Radford et al. 2016, for squares such as 28x28, 32x32 and 64x64");

    public static ValueList<int> Hidden(Section s, ValueList<int> d) =>
        s.List("hidden", d, Width, 64, "widths of the hidden layers from input to output; [] makes the network linear");

    public static int Channels(Section s, int d, NetKind net) => s.Scalar("channels", d, new IntForm(1, 4096),
        "channels of the convolutions nearest to the image; they double with each halving of the side", new Only("net", "dcgan", net == NetKind.Dcgan));

    public static bool SpectralNorm(Section s, bool d) =>
        s.Flag("spectralNorm", d, "whether each weight is divided by its largest singular value (Miyato et al. 2018)");

    public static double SpectralScale(Section s, double d, bool spectral) => s.Number(
        "spectralScale", d, "what each weight's largest singular value becomes; above 1 where the data need a steeper network", Interval.Positive, new Only("spectralNorm", "true", spectral));

    public static Initialization Initialization(Section s, Initialization d) => s.Word("initialization", d,
        "how weights begin; default: as PyTorch's layers do, of dcgan from N(0, 0.02²); orthogonal: as matrices with orthonormal rows or columns (Saxe et al. 2014)");

    public static Activation Activation(Section s, Activation d) => s.Word("activation", d, "what follows each hidden layer");

    public static double Slope(Section s, double d, Activation activation) =>
        s.Number("slope", d, "slope of leaky-relu below zero", Interval.Closed(0, 1),
            new Only("activation", "leaky-relu", activation == Experiments.Activation.LeakyRelu));
}
