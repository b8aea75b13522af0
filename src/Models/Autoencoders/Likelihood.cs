using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Autoencoders;

/// <summary>How a decoder's outputs measure an input: log p(x|z), or minus a reconstruction error.</summary>
public abstract record Likelihood
{
    /// <summary>Outputs of the network for each element of x.</summary>
    public virtual int OutputsPerElement => 1;

    /// <summary>Whether inputs must lie in [0, 1].</summary>
    public virtual bool NeedsUnitInterval => false;

    /// <summary>Parameters beside the network's.</summary>
    public virtual IEnumerable<ParameterSpec> Parameters => [];

    /// <summary>log p(x|z) of each row, summed over its elements, in nats.</summary>
    /// <param name="decoder">Where <see cref="Parameters"/> are.</param>
    /// <param name="output_SO">The network's outputs, shape (S, D·<see cref="OutputsPerElement"/>), S = k·B.</param>
    /// <param name="x_BD">Inputs, shape (B, D); repeated for each of the k samples.</param>
    /// <returns>Shape (S).</returns>
    public abstract Tensor LogDensity(FlatParameters decoder, Tensor output_SO, Tensor x_BD);

    /// <summary>E[x|z], shape (S, D).</summary>
    public abstract Tensor Mean(Tensor output_SO);

    /// <summary>Views that broadcast: (k, B, D) and (1, B, D) where k samples share their inputs, else both as they are.</summary>
    private protected static (Tensor Output, Tensor X) Aligned(Tensor output_SD, Tensor x_BD)
    {
        long rows = x_BD.shape[0], samples = output_SD.shape[0] / rows;
        return samples == 1 ? (output_SD, x_BD) : (output_SD.view(samples, rows, -1), x_BD.unsqueeze(0));
    }
}
