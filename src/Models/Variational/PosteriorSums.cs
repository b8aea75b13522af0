using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Variational;

/// <summary>Sums over inputs of what each dimension of a posterior says, from which minibatches and replicas are put together.</summary>
/// <param name="Divergence">Σ KL(q(zᵢ|x) ‖ p(zᵢ)) of the marginals, Z numbers, in nats. Of a posterior with correlations their sum is less than its KL.</param>
/// <param name="Means">Σ E[zᵢ|x].</param>
/// <param name="Squares">Σ E[zᵢ|x]².</param>
/// <param name="Rows">Inputs.</param>
public sealed record PosteriorSums(double[] Divergence, double[] Means, double[] Squares, long Rows)
{
    /// <summary>Least variance of a posterior mean over inputs for a unit to count as active (Burda et al. 2016, section 5).</summary>
    public const double ActiveVariance = 0.01;

    /// <summary>Sums over some inputs. Reads only.</summary>
    /// <param name="posterior">The family.</param>
    /// <param name="heads_BH">What the encoder gave, shape (B, H).</param>
    public static PosteriorSums Of(Posterior posterior, Tensor heads_BH)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        Tensor heads = heads_BH.detach().to(ScalarType.Float64);
        Tensor mean_BZ = posterior.Mean(heads), variance_BZ = posterior.Variance(heads), square_BZ = mean_BZ.Square();
        Tensor divergence_BZ = (square_BZ.Add(variance_BZ) - variance_BZ.log()).Sub(1).Mul(0.5);
        return new PosteriorSums(Sum(divergence_BZ), Sum(mean_BZ), Sum(square_BZ), heads_BH.shape[0]);
    }

    /// <summary>Dimensions whose posterior mean varies over the inputs by more than <see cref="ActiveVariance"/>.</summary>
    public static int ActiveUnits(IReadOnlyList<double> means, IReadOnlyList<double> squares, double rows) =>
        means.Zip(squares).Count(each => (each.Second / rows) - (each.First / rows * (each.First / rows)) > ActiveVariance);

    private static double[] Sum(Tensor values_BZ) => [.. values_BZ.sum(0L).cpu().data<double>()];
}
