using static TorchSharp.torch;

namespace Cluster.Models.Autoencoders;

/// <summary>The derivative of codes and their terms by what the encoder's network gave, written by hand where autograd is not asked.</summary>
public interface IHeadDerivative
{
    /// <summary>dL/dheads, shape (B, H), which the caller owns.</summary>
    /// <param name="weight_S">dL/dr, shape (S).</param>
    /// <param name="codeGradient_SZ">dL/dz, shape (S, Z).</param>
    Tensor Backward(Tensor weight_S, Tensor codeGradient_SZ);
}
