using Cluster.Contracts.Experiments;
using Cluster.Data;
using Cluster.Models;
using Cluster.Models.Autoencoders;
using Cluster.Models.Variational;

namespace Cluster.Grains;

/// <summary>The experiment file's autoencoders as those of Models.</summary>
internal static class Coders
{
    /// <exception cref="ArgumentException">The model does not go with the images.</exception>
    public static EncoderDecoder Make(CoderModel model, ImageDataset data) => model switch
    {
        AutoencoderModel plain => new Autoencoder(Options(plain), data.Channels, data.Height, data.Width),
        VaeModel vae => new Vae(Options(vae, data), data.Pixels),
        VqVaeModel quantized => new VqVae(Options(quantized), data.Pixels),
        _ => throw new InvalidOperationException($"model {model.Kind} has no networks"),
    };

    private static AutoencoderOptions Options(AutoencoderModel model) => new()
    {
        Network = model.Net == AutoencoderNet.Convolutional ? AutoencoderNetwork.Convolutional : AutoencoderNetwork.Mlp,
        Latent = model.Latent,
        Hidden = model.Hidden,
        Activation = Activations.Map(model.Activation, model.Slope),
        Code = model.Code switch
        {
            CodeActivation.Linear => OutputKind.Linear,
            CodeActivation.Tanh => OutputKind.Tanh,
            CodeActivation.Sigmoid => OutputKind.Sigmoid,
            CodeActivation.Relu => OutputKind.Relu,
            _ => throw new InvalidOperationException($"code {model.Code} has no function"),
        },
        Likelihood = model.Loss == AutoencoderLoss.CrossEntropy ? new BernoulliLikelihood() : new SquaredErrorLikelihood(OutputKind.Sigmoid),
        Tied = model.Tied,
        Corruption = model.Corruption switch
        {
            AutoencoderCorruption.None => CorruptionKind.None,
            AutoencoderCorruption.Masking => CorruptionKind.Masking,
            AutoencoderCorruption.Gaussian => CorruptionKind.Gaussian,
            _ => throw new InvalidOperationException($"corruption {model.Corruption} has no noise"),
        },
        CorruptionLevel = model.CorruptionLevel,
        Contraction = model.Contraction,
        Sparsity = model.Sparsity switch
        {
            AutoencoderSparsity.None => SparsityKind.None,
            AutoencoderSparsity.L1 => SparsityKind.L1,
            AutoencoderSparsity.Kl => SparsityKind.KullbackLeibler,
            _ => throw new InvalidOperationException($"sparsity {model.Sparsity} has no penalty"),
        },
        SparsityWeight = model.SparsityWeight,
        SparsityTarget = model.SparsityTarget,
        GreedySteps = model.GreedySteps,
    };

    private static VaeOptions Options(VaeModel model, ImageDataset data) => new()
    {
        Latent = model.Latent,
        EncoderHidden = model.Encoder.Hidden,
        DecoderHidden = model.Decoder.Hidden,
        EncoderActivation = Activations.Map(model.Encoder.Activation, model.Encoder.Slope),
        DecoderActivation = Activations.Map(model.Decoder.Activation, model.Decoder.Slope),
        Posterior = model.Posterior == VaePosterior.Cholesky ? PosteriorKind.Cholesky : PosteriorKind.Diagonal,
        Likelihood = Likelihood(
            model.Likelihood,
            model.Variance switch { VaeVariance.Learned => VarianceKind.Learned, VaeVariance.Predicted => VarianceKind.Predicted, _ => VarianceKind.Fixed },
            model.Deviation),
        Beta = model.Beta,
        Samples = model.Samples,
        Objective = model.Objective == VaeObjective.Iwae ? BoundKind.ImportanceWeighted : BoundKind.Elbo,
        Estimator = model.Estimator == VaeEstimator.LogDerivative ? GradientEstimator.LogDerivative : GradientEstimator.Reparameterized,
        Classes = model.Conditional ? data.Labels!.Max() + 1 : 0,
    };

    private static VqVaeOptions Options(VqVaeModel model) => new()
    {
        Vectors = model.Vectors,
        Width = model.Width,
        Codebook = model.Codebook,
        Commitment = model.Commitment,
        EncoderHidden = model.Encoder.Hidden,
        DecoderHidden = model.Decoder.Hidden,
        EncoderActivation = Activations.Map(model.Encoder.Activation, model.Encoder.Slope),
        DecoderActivation = Activations.Map(model.Decoder.Activation, model.Decoder.Slope),

        // The squared error: a normal distribution of variance ½.
        Likelihood = Likelihood(model.Likelihood, VarianceKind.Fixed, Math.Sqrt(0.5)),
    };

    private static Likelihood Likelihood(CoderLikelihood kind, VarianceKind variance, double deviation) => kind == CoderLikelihood.Bernoulli
        ? new BernoulliLikelihood()
        : new GaussianLikelihood(variance, deviation, OutputKind.Sigmoid);
}
