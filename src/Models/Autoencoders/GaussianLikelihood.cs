using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Models.Autoencoders;

/// <summary>Where the variance of a Gaussian decoder comes from.</summary>
public enum VarianceKind
{
    /// <summary>It is given.</summary>
    Fixed,

    /// <summary>One parameter for all elements, learned; it starts at the given value.</summary>
    Learned,

    /// <summary>The network gives log(σ² − 0.02²) for each element (Kingma and Welling 2014, appendix C.2).</summary>
    Predicted,
}

/// <summary>Independent normal elements around the network's outputs.</summary>
/// <param name="Variance">Where σ² comes from.</param>
/// <param name="Deviation">σ, fixed or at the beginning; positive.</param>
/// <param name="Output">The function after the network's last layer for the means.</param>
public sealed record GaussianLikelihood(VarianceKind Variance, double Deviation = 1, OutputKind Output = OutputKind.Linear) : Likelihood
{
    /// <summary>The learned log σ².</summary>
    public const string LogVarianceName = "log_variance";

    /// <summary>Added in squares to a predicted deviation: where a pixel never changes, the density would grow without bound.</summary>
    public const double LeastDeviation = 0.02;

    private static readonly double _log2Pi = Math.Log(2 * Math.PI);

    /// <inheritdoc/>
    public override int OutputsPerElement => Variance == VarianceKind.Predicted ? 2 : 1;

    /// <inheritdoc/>
    public override IEnumerable<ParameterSpec> Parameters => Variance == VarianceKind.Learned
        ? [new ParameterSpec(LogVarianceName, [1], Initializer.Constant(2 * Math.Log(Deviation)))]
        : [];

    /// <inheritdoc/>
    public override Tensor LogDensity(FlatParameters decoder, Tensor output_SO, Tensor x_BD)
    {
        long elements = x_BD.shape[1];
        (Tensor mean, Tensor x) = Aligned(Mean(output_SO), x_BD);
        Tensor square = (mean - x).Square();
        if (Variance == VarianceKind.Predicted)
        {
            (Tensor logVariance, _) = Aligned(output_SO.narrow(1, elements, elements), x_BD);
            Tensor variance = logVariance.exp().Add(LeastDeviation * LeastDeviation);
            return (square / variance).Add(variance.log()).sum(-1).Add(elements * _log2Pi).Mul(-0.5).view(-1);
        }

        Tensor error_S = square.sum(-1).view(-1);
        if (Variance == VarianceKind.Fixed)
        {
            return error_S.Div(Deviation * Deviation).Add(elements * (_log2Pi + (2 * Math.Log(Deviation)))).Mul(-0.5);
        }

        Tensor shared = decoder[LogVarianceName];
        return (error_S * shared.neg().exp()).Add(shared.Mul(elements)).Add(elements * _log2Pi).Mul(-0.5);
    }

    /// <inheritdoc/>
    public override Tensor Mean(Tensor output_SO) => Activation.ApplyOutput(
        Output, Variance == VarianceKind.Predicted ? output_SO.narrow(1, 0, output_SO.shape[1] / 2) : output_SO);
}
