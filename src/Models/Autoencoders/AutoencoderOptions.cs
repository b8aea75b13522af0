namespace Cluster.Models.Autoencoders;

/// <summary>Which networks an autoencoder has.</summary>
public enum AutoencoderNetwork
{
    /// <summary>Fully connected layers, the decoder's mirroring the encoder's.</summary>
    Mlp,

    /// <summary>The small convolutional pair of <see cref="ConvolutionalCoder"/>.</summary>
    Convolutional,
}

/// <summary>What an autoencoder's encoder sees in place of x.</summary>
public enum CorruptionKind
{
    /// <summary>x itself.</summary>
    None,

    /// <summary>Each element is 0 with a probability (Vincent et al. 2008).</summary>
    Masking,

    /// <summary>x plus normal noise (Vincent et al. 2010).</summary>
    Gaussian,
}

/// <summary>What keeps codes sparse.</summary>
public enum SparsityKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Σ|z|.</summary>
    L1,

    /// <summary>Σ KL(ρ ‖ mean activation), for codes in (0, 1) (Lee et al. 2008; Ng's CS294A notes).</summary>
    KullbackLeibler,
}

/// <summary>What shapes an autoencoder; sizes of images come from the data.</summary>
public sealed record AutoencoderOptions
{
    /// <summary>Which networks.</summary>
    public AutoencoderNetwork Network { get; init; } = AutoencoderNetwork.Mlp;

    /// <summary>Elements of a code, at least 1; the convolutional network has its own.</summary>
    public int Latent { get; init; } = 32;

    /// <summary>Units of the encoder's hidden layers; the decoder has them in reverse.</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [256];

    /// <summary>Function after all hidden layers.</summary>
    public Activation Activation { get; init; } = new(ActivationKind.Relu);

    /// <summary>Function after the encoder's last layer.</summary>
    public OutputKind Code { get; init; } = OutputKind.Linear;

    /// <summary>The reconstruction error, as a log-density.</summary>
    public Likelihood Likelihood { get; init; } = new BernoulliLikelihood();

    /// <summary>Whether the decoder's weights are the encoder's, transposed.</summary>
    public bool Tied { get; init; }

    /// <summary>What the encoder sees.</summary>
    public CorruptionKind Corruption { get; init; }

    /// <summary>Probability of masking, or the noise's standard deviation.</summary>
    public double CorruptionLevel { get; init; } = 0.3;

    /// <summary>What multiplies the contractive penalty ‖∂z/∂x‖² (Rifai et al. 2011); 0 for none.</summary>
    public double Contraction { get; init; }

    /// <summary>What keeps codes sparse.</summary>
    public SparsityKind Sparsity { get; init; }

    /// <summary>What multiplies the sparsity penalty.</summary>
    public double SparsityWeight { get; init; } = 0.1;

    /// <summary>ρ, the mean activation that <see cref="SparsityKind.KullbackLeibler"/> wants, in (0, 1).</summary>
    public double SparsityTarget { get; init; } = 0.05;

    /// <summary>Updates for which each layer trains alone before all train together (Bengio et al. 2007); 0 for none.</summary>
    public int GreedySteps { get; init; }

    /// <exception cref="ArgumentException">Options that are out of range or do not go together.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Latent, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(GreedySteps);
        Require(Corruption != CorruptionKind.Masking || CorruptionLevel is >= 0 and < 1, $"masking {CorruptionLevel}: the probability must be at least 0 and below 1.");
        Require(double.IsFinite(CorruptionLevel) && CorruptionLevel >= 0, $"corruption {CorruptionLevel}: the level must be at least 0.");
        Require(double.IsFinite(Contraction) && Contraction >= 0, $"contraction {Contraction}: a penalty must be at least 0.");
        Require(double.IsFinite(SparsityWeight) && SparsityWeight >= 0, $"sparsity {SparsityWeight}: a penalty must be at least 0.");
        Require(SparsityTarget is > 0 and < 1, $"sparsity target {SparsityTarget}: a mean activation must lie between 0 and 1.");
        Require(
            Sparsity != SparsityKind.KullbackLeibler || Code == OutputKind.Sigmoid,
            "A sparsity target is a mean activation between 0 and 1: it needs codes that end in a sigmoid.");
        Require(
            Network == AutoencoderNetwork.Mlp || (!Tied && GreedySteps == 0),
            "Tied weights and greedy training are for fully connected networks.");
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new ArgumentException(message);
        }
    }
}
