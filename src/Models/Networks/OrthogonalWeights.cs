using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models;

/// <summary>
/// Weights as matrices with orthogonal rows or columns: how they begin (Saxe et al. 2014, arXiv:1312.6120), and what keeps them near it
/// (Brock et al. 2019, arXiv:1809.11096, equation 3). A weight is a matrix of its first dimension × the rest.
/// </summary>
public static class OrthogonalWeights
{
    /// <summary>The layout with orthogonal first values for all weights of at least two dimensions; the others begin as they did.</summary>
    public static ParameterLayout Initialized(ParameterLayout layout) => new(layout.Slots.Select(slot =>
        IsMatrix(slot.Spec) ? slot.Spec with { Initializer = Initializer.Orthogonal(slot.Spec.Shape[0]) } : slot.Spec));

    /// <summary>Σ over the weights of ‖WWᵀ ⊙ (1 − I)‖²: zero where the rows of each are orthogonal, whatever their lengths.</summary>
    /// <returns>A scalar with a graph to the parameters.</returns>
    /// <exception cref="ArgumentException">There is no weight.</exception>
    public static Tensor Penalty(FlatParameters parameters)
    {
        Tensor? sum = null;
        foreach (ParameterSlot slot in parameters.Layout.Slots.Where(slot => IsMatrix(slot.Spec)))
        {
            Tensor weight_KN = parameters[slot.Spec.Name].flatten(1), products_KK = weight_KN.mm(weight_KN.t());
            Tensor term = (products_KK - diag(products_KK.diagonal())).Square().sum();
            sum = sum is null ? term : sum.Add(term);
        }

        return sum ?? throw new ArgumentException("These parameters have no weights of two dimensions or more.", nameof(parameters));
    }

    /// <summary>An embedding is a table and no map: its rows are free.</summary>
    private static bool IsMatrix(ParameterSpec spec) => spec.Shape.Length >= 2 && !spec.Name.StartsWith("embedding.", StringComparison.Ordinal);
}
