using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>The networks of an autoencoder.</summary>
public enum AutoencoderNet
{
    /// <summary>Fully connected layers.</summary>
    Mlp,

    /// <summary>The small convolutional pair: 16 and 8 channels, mirrored by transposed convolutions.</summary>
    Convolutional,
}

/// <summary>What follows the encoder's last layer.</summary>
public enum CodeActivation
{
    Linear,
    Tanh,
    Sigmoid,
    Relu,
}

/// <summary>The reconstruction error.</summary>
public enum AutoencoderLoss
{
    /// <summary>Of pixels in [0, 1] and logits.</summary>
    CrossEntropy,

    /// <summary>Σ(x − y)² with outputs in [0, 1].</summary>
    SquaredError,
}

/// <summary>What the encoder sees in place of the image.</summary>
public enum AutoencoderCorruption
{
    None,

    /// <summary>Each pixel is 0 with a probability.</summary>
    Masking,

    /// <summary>Normal noise is added.</summary>
    Gaussian,
}

/// <summary>What keeps codes sparse.</summary>
public enum AutoencoderSparsity
{
    None,

    /// <summary>Σ|z|.</summary>
    L1,

    /// <summary>KL of the mean activation from a target.</summary>
    Kl,
}

/// <summary>An autoencoder: plain, tied, denoising, contractive, sparse, stacked.</summary>
public sealed record AutoencoderModel : CoderModel
{
    public AutoencoderNet Net { get; init; } = AutoencoderNet.Mlp;
    public int Latent { get; init; } = 32;
    public ValueList<int> Hidden { get; init; } = [256];
    public Activation Activation { get; init; } = Activation.Relu;

    /// <summary>Of leaky-relu only; with another activation it keeps its default and is not printed.</summary>
    public double Slope { get; init; } = 0.2;
    public CodeActivation Code { get; init; } = CodeActivation.Linear;
    public AutoencoderLoss Loss { get; init; } = AutoencoderLoss.CrossEntropy;
    public bool Tied { get; init; }
    public AutoencoderCorruption Corruption { get; init; }
    public double CorruptionLevel { get; init; } = 0.3;
    public double Contraction { get; init; }
    public AutoencoderSparsity Sparsity { get; init; }
    public double SparsityWeight { get; init; } = 0.1;
    public double SparsityTarget { get; init; } = 0.05;
    public int GreedySteps { get; init; }

    internal static AutoencoderModel Describe(Section s, AutoencoderModel d)
    {
        var net = s.Word("net", d.Net, "mlp: fully connected; convolutional: 16 and 8 channels, for images of 16x16 and more");
        var latent = s.Int("latent", d.Latent, "size of the code; the convolutional net has its own", 1, 1 << 20);
        var hidden = NetSchema.Hidden(s, d.Hidden);
        var activation = NetSchema.Activation(s, d.Activation);
        AutoencoderModel made = new()
        {
            Net = net,
            Latent = latent,
            Hidden = hidden,
            Activation = activation,
            Slope = NetSchema.Slope(s, d.Slope, activation),
            Code = s.Word("code", d.Code, "what follows the encoder's last layer"),
            Loss = s.Word("loss", d.Loss, "reconstruction error: binary cross-entropy, or the sum of squares"),
            Tied = s.Flag("tied", d.Tied, "whether the decoder's weights are the encoder's, transposed"),
            Corruption = s.Word("corruption", d.Corruption, "what the encoder sees in place of the image (Vincent et al. 2008): pixels set to 0, or normal noise"),
            CorruptionLevel = s.Number("corruptionLevel", d.CorruptionLevel, "probability of masking, or standard deviation of the noise", Interval.NonNegative),
            Contraction = s.Number("contraction", d.Contraction, "factor of the contractive penalty, the squared norm of dz/dx (Rifai et al. 2011)", Interval.NonNegative),
            Sparsity = s.Word("sparsity", d.Sparsity, "what keeps codes sparse: their absolute sum, or the divergence of their mean from a target"),
            SparsityWeight = s.Number("sparsityWeight", d.SparsityWeight, "factor of the sparsity penalty", Interval.NonNegative),
            SparsityTarget = s.Number("sparsityTarget", d.SparsityTarget, "mean activation that `sparsity: kl` wants", new Interval(0, 1, true, true)),
            GreedySteps = s.Int("greedySteps", d.GreedySteps, "steps for which each layer trains alone, one after the other, before all train together; 0: all from the first step", 0),
            Microbatches = MicrobatchesOf(s, d.Microbatches),
            Anomaly = AnomalyOf(s, d.Anomaly),
        };
        s.Require("tied", !made.Tied || made.Net == AutoencoderNet.Mlp, "goes with `net: mlp`");
        s.Require("greedySteps", made.GreedySteps == 0 || made.Net == AutoencoderNet.Mlp, "goes with `net: mlp`");
        s.Require("sparsity", made.Sparsity != AutoencoderSparsity.Kl || made.Code == CodeActivation.Sigmoid, "kl needs mean activations between 0 and 1: write `code: sigmoid`");
        s.Require("corruptionLevel", made.Corruption != AutoencoderCorruption.Masking || made.CorruptionLevel < 1, "a probability of masking must be below 1");
        return made;
    }
}
