using Cluster.Models.Variational;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests.Variational;

public sealed class PosteriorSumsTests
{
    [Fact]
    public void The_dimensions_of_a_diagonal_posterior_add_up_to_its_divergence()
    {
        using DisposeScope scope = NewDisposeScope();
        DiagonalPosterior posterior = new(3);
        Tensor heads_BH = tensor(new double[] { 0.5, -1, 2, 0, 1, -0.5, 0, 0, 0, 0, 0, 0 }, 2, 6);
        PosteriorSums sums = PosteriorSums.Of(posterior, heads_BH);
        Assert.Equal(posterior.KullbackLeibler(heads_BH).sum().ToDouble(), sums.Divergence.Sum(), 1e-12);

        // ½ (μ² + σ² − 1 − log σ²) of the first dimension: μ = ½, σ = 1 in the first row, 0 in the second.
        Assert.Equal(0.125, sums.Divergence[0], 1e-12);
        Assert.Equal([0.5, -1.0, 2.0], sums.Means);
        Assert.Equal([0.25, 1.0, 4.0], sums.Squares);
        Assert.Equal(2, sums.Rows);
    }

    [Fact]
    public void The_marginals_of_a_full_posterior_say_less_than_all_of_it()
    {
        using DisposeScope scope = NewDisposeScope();
        CholeskyPosterior posterior = new(2);

        // L = [[e^0.1, 0], [0.7, e^-0.2]]: variances e^0.2 and 0.49 + e^-0.4.
        Tensor heads_BH = tensor(new[] { 0.3, -0.4, 0.1, -0.2, 0.7 }, 1, 5);
        double[] variance = [Math.Exp(0.2), 0.49 + Math.Exp(-0.4)], mean = [0.3, -0.4];
        PosteriorSums sums = PosteriorSums.Of(posterior, heads_BH);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(0.5 * ((mean[i] * mean[i]) + variance[i] - 1 - Math.Log(variance[i])), sums.Divergence[i], 1e-12);
        }

        // What is missing is the correlation: −½ log(det Σ / Πσ²).
        double determinant = Math.Exp(0.2) * Math.Exp(-0.4);
        Assert.Equal(
            posterior.KullbackLeibler(heads_BH).sum().ToDouble(), sums.Divergence.Sum() - (0.5 * Math.Log(determinant / (variance[0] * variance[1]))), 1e-12);
    }

    [Fact]
    public void A_unit_is_active_where_its_mean_varies()
    {
        // Means ±0.2 vary by 0.04, ±0.05 by 0.0025, and a constant not at all.
        Assert.Equal(1, PosteriorSums.ActiveUnits([0, 0, 20], [0.4, 0.025, 40], 10));
    }
}
