using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>The covariance of q(z|x).</summary>
public enum VaePosterior
{
    /// <summary>Independent elements.</summary>
    Diagonal,

    /// <summary>Full, by its Cholesky factor.</summary>
    Cholesky,
}

/// <summary>What a VAE maximizes.</summary>
public enum VaeObjective
{
    /// <summary>The mean over samples of log p(x|z), less beta times the KL divergence.</summary>
    Elbo,

    /// <summary>The importance weighted bound (Burda et al. 2016).</summary>
    Iwae,
}

/// <summary>How the encoder's gradient is estimated.</summary>
public enum VaeEstimator
{
    /// <summary>Through z.</summary>
    Reparameterized,

    /// <summary>By the score function with a leave-one-out baseline.</summary>
    LogDerivative,
}

/// <summary>Where the variance of a Gaussian decoder comes from.</summary>
public enum VaeVariance
{
    /// <summary>From the file.</summary>
    Fixed,

    /// <summary>One learned parameter.</summary>
    Learned,

    /// <summary>One network output for each pixel.</summary>
    Predicted,
}

/// <summary>A variational autoencoder (Kingma and Welling 2014, arXiv:1312.6114).</summary>
public sealed record VaeModel : CoderModel
{
    public int Latent { get; init; } = 50;
    public CoderNet Encoder { get; init; } = new();
    public CoderNet Decoder { get; init; } = new();
    public VaePosterior Posterior { get; init; } = VaePosterior.Diagonal;
    public CoderLikelihood Likelihood { get; init; } = CoderLikelihood.Bernoulli;
    public VaeVariance Variance { get; init; } = VaeVariance.Fixed;
    public double Deviation { get; init; } = 1;
    public double Beta { get; init; } = 1;
    public int Samples { get; init; } = 1;
    public VaeObjective Objective { get; init; } = VaeObjective.Elbo;
    public VaeEstimator Estimator { get; init; } = VaeEstimator.Reparameterized;
    public bool Conditional { get; init; }

    internal static VaeModel Describe(Section s, VaeModel d)
    {
        VaeModel made = new()
        {
            Latent = s.Int("latent", d.Latent, "size of the code z", 1, 1 << 16),
            Encoder = s.Map(EncoderRole, d.Encoder, CoderNet.Describe, "the encoder: an image to the parameters of q(z|x)"),
            Decoder = s.Map(DecoderRole, d.Decoder, CoderNet.Describe, "the decoder: z to an image"),
            Posterior = s.Word("posterior", d.Posterior, "covariance of q(z|x): diagonal, or full by its Cholesky factor"),
            Likelihood = s.Word("likelihood", d.Likelihood, "p(x|z); bernoulli wants pixels in [0, 1], best binarized"),
            Variance = s.Word("variance", d.Variance, "of a gaussian likelihood: fixed, one learned number, or predicted for each pixel"),
            Deviation = s.Number("deviation", d.Deviation, "standard deviation of a gaussian likelihood; where it is learned, at the beginning", Interval.Positive),
            Beta = s.Number("beta", d.Beta, "factor of the KL term (Higgins et al. 2017)", Interval.NonNegative),
            Samples = s.Int("samples", d.Samples, "samples of z for each image, k", 1, 1 << 16),
            Objective = s.Word("objective", d.Objective, "elbo, or the importance weighted bound over the samples (Burda et al. 2016)"),
            Estimator = s.Word("estimator", d.Estimator, "gradient of the encoder: through z, or by the log-derivative with a leave-one-out baseline"),
            Conditional = s.Flag("conditional", d.Conditional, "whether encoder and decoder see the label (Sohn et al. 2015)"),
            Microbatches = MicrobatchesOf(s, d.Microbatches),
            Anomaly = AnomalyOf(s, d.Anomaly),
        };
        s.Require("beta", made.Objective == VaeObjective.Elbo || made.Beta == 1, "goes with `objective: elbo`; the importance weighted bound has no KL term to multiply");
        s.Require("estimator", made.Objective == VaeObjective.Elbo || made.Estimator == VaeEstimator.Reparameterized, "log-derivative goes with `objective: elbo`; write reparameterized");
        s.Require("variance", made.Likelihood == CoderLikelihood.Gaussian || made.Variance == VaeVariance.Fixed, "goes with `likelihood: gaussian`; a bernoulli likelihood has no variance");
        return made;
    }
}
