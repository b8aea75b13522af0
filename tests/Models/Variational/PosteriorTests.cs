using Cluster.Models.Variational;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests;

/// <summary>Densities and divergences of both posteriors against their closed forms.</summary>
public sealed class PosteriorTests
{
    [Theory]
    [InlineData(PosteriorKind.Diagonal)]
    [InlineData(PosteriorKind.Cholesky)]
    public void Divergence_is_that_of_normal_distributions(PosteriorKind kind)
    {
        using DisposeScope scope = NewDisposeScope();
        const int latent = 3;
        Posterior posterior = Posterior.Of(kind, latent);
        Tensor heads_BH = Normal("heads", 2, posterior.Heads);
        Tensor divergence_B = posterior.KullbackLeibler(heads_BH);
        for (int row = 0; row < 2; row++)
        {
            // ½ (tr Σ + μᵀμ − Z − log det Σ) with Σ built from the samples' linear map.
            Tensor factor = Factor(posterior, heads_BH[row].unsqueeze(0), latent), covariance = factor.mm(factor.t());
            Tensor mean = posterior.Mean(heads_BH)[row];
            double expected = 0.5 * (covariance.trace().ToDouble() + mean.square().sum().ToDouble() - latent - covariance.det().log().ToDouble());
            Assert.Equal(expected, divergence_B[row].ToDouble(), 1e-10);
        }
    }

    [Theory]
    [InlineData(PosteriorKind.Diagonal, 1)]
    [InlineData(PosteriorKind.Diagonal, 3)]
    [InlineData(PosteriorKind.Cholesky, 1)]
    [InlineData(PosteriorKind.Cholesky, 3)]
    public void Densities_of_samples_are_those_of_the_normal_distribution(PosteriorKind kind, int latent)
    {
        using DisposeScope scope = NewDisposeScope();
        Posterior posterior = Posterior.Of(kind, latent);
        Tensor heads_BH = Normal("heads", 2, posterior.Heads), noise_KBZ = Normal("noise", 6, latent).view(3, 2, latent);
        Tensor code_SZ = posterior.Sample(heads_BH, noise_KBZ);
        double[] ofSample = SplitModel.Values(posterior.LogDensityOfSample(heads_BH, noise_KBZ));
        double[] ofCode = SplitModel.Values(posterior.LogDensity(heads_BH, code_SZ));
        double[] prior = SplitModel.Values(posterior.LogPrior(code_SZ));
        for (int s = 0; s < 6; s++)
        {
            Tensor factor = Factor(posterior, heads_BH[s % 2].unsqueeze(0), latent), covariance = factor.mm(factor.t());
            Tensor centred = (code_SZ[s] - posterior.Mean(heads_BH)[s % 2]).view(latent, 1);
            double square = centred.t().mm(covariance.inverse()).mm(centred).ToDouble();
            double expected = -0.5 * (square + covariance.det().log().ToDouble() + (latent * Math.Log(2 * Math.PI)));
            Assert.Equal(expected, ofSample[s], 1e-9);
            Assert.Equal(expected, ofCode[s], 1e-9);
            Assert.Equal(-0.5 * (code_SZ[s].square().sum().ToDouble() + (latent * Math.Log(2 * Math.PI))), prior[s], 1e-12);
        }
    }

    /// <summary>The matrix that takes noise to samples, column by column.</summary>
    private static Tensor Factor(Posterior posterior, Tensor heads_1H, int latent)
    {
        Tensor units = eye(latent, dtype: ScalarType.Float64).view(latent, 1, latent);
        return (posterior.Sample(heads_1H, units) - posterior.Mean(heads_1H)).t();
    }

    private static Tensor Normal(string purpose, int rows, int columns)
    {
        Tensor values = empty(rows, columns, ScalarType.Float64);
        RandomStream.Named(5, "test", 0, 0, purpose).FillNormal(values);
        return values;
    }
}
