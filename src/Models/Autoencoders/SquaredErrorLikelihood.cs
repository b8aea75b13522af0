using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Models.Autoencoders;

/// <summary>Minus the squared error, −Σ(x − y)²: a Gaussian of variance ½ without its constant.</summary>
/// <param name="Output">The function after the network's last layer.</param>
public sealed record SquaredErrorLikelihood(OutputKind Output = OutputKind.Linear) : Likelihood
{
    /// <inheritdoc/>
    public override Tensor LogDensity(FlatParameters decoder, Tensor output_SO, Tensor x_BD)
    {
        (Tensor mean, Tensor x) = Aligned(Mean(output_SO), x_BD);
        return (mean - x).Square().sum(-1).view(-1).neg();
    }

    /// <inheritdoc/>
    public override Tensor Mean(Tensor output_SO) => Activation.ApplyOutput(Output, output_SO);
}
