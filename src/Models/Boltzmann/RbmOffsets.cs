using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Boltzmann;

/// <summary>
/// Offsets of the centred gradient (Melchior, Fischer, Wiskott 2016): moving averages of the data's visible and hidden means.
/// </summary>
/// <param name="Visible">μ, shape (D).</param>
/// <param name="Hidden">λ, shape (H).</param>
public sealed record RbmOffsets(Tensor Visible, Tensor Hidden);
