using Cluster.Models.Autoencoders;

namespace Cluster.Models.Variational;

/// <summary>How the encoder's gradient is estimated.</summary>
public enum GradientEstimator
{
    /// <summary>Through z = μ + Lε (Kingma and Welling 2014).</summary>
    Reparameterized,

    /// <summary>(f(z) − baseline)·∇ log q(z|x): needs no gradient from the decoder, but has far more variance.</summary>
    LogDerivative,
}

/// <summary>What shapes a VAE; sizes of images come from the data.</summary>
public sealed record VaeOptions
{
    /// <summary>Elements of z, at least 1.</summary>
    public int Latent { get; init; } = 50;

    /// <summary>Units of the encoder's hidden layers; may be empty.</summary>
    public IReadOnlyList<int> EncoderHidden { get; init; } = [200, 200];

    /// <summary>Units of the decoder's hidden layers; may be empty.</summary>
    public IReadOnlyList<int> DecoderHidden { get; init; } = [200, 200];

    /// <summary>Function after the encoder's hidden layers.</summary>
    public Activation EncoderActivation { get; init; } = new(ActivationKind.Tanh);

    /// <summary>Function after the decoder's hidden layers.</summary>
    public Activation DecoderActivation { get; init; } = new(ActivationKind.Tanh);

    /// <summary>The covariance of q(z|x).</summary>
    public PosteriorKind Posterior { get; init; } = PosteriorKind.Diagonal;

    /// <summary>p(x|z).</summary>
    public Likelihood Likelihood { get; init; } = new BernoulliLikelihood();

    /// <summary>What multiplies the KL term of the ELBO (Higgins et al. 2017); above 0 or 0. Other than 1 it needs <see cref="BoundKind.Elbo"/>.</summary>
    public double Beta { get; init; } = 1;

    /// <summary>Samples of z for each input, k, at least 1.</summary>
    public int Samples { get; init; } = 1;

    /// <summary>How they make the objective.</summary>
    public BoundKind Objective { get; init; } = BoundKind.Elbo;

    /// <summary>How the encoder's gradient is estimated.</summary>
    public GradientEstimator Estimator { get; init; } = GradientEstimator.Reparameterized;

    /// <summary>Classes that condition encoder and decoder (Sohn et al. 2015); 0 for none.</summary>
    public int Classes { get; init; }

    /// <exception cref="ArgumentException">Options that are out of range or do not go together.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Latent, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Samples, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Classes);
        if (!(double.IsFinite(Beta) && Beta >= 0))
        {
            throw new ArgumentException($"beta is {Beta}; it must be a finite number of at least 0.");
        }

        if (Objective == BoundKind.ImportanceWeighted && Beta != 1)
        {
            throw new ArgumentException($"beta {Beta} goes with the ELBO alone: the importance weighted bound has no KL term to multiply.");
        }

        if (Objective == BoundKind.ImportanceWeighted && Estimator == GradientEstimator.LogDerivative)
        {
            throw new ArgumentException("The log-derivative estimator goes with the ELBO alone; use the reparameterized one.");
        }
    }
}
