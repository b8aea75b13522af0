using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Models;

/// <summary>Gives the elements of an input another shape (torch.nn.Unflatten).</summary>
/// <param name="Channels">Channels, C.</param>
/// <param name="Height">Rows, H.</param>
/// <param name="Width">Columns, W.</param>
public sealed record ReshapeLayer(int Channels, int Height, int Width) : Layer
{
    /// <inheritdoc/>
    public override long[] OutputShape(long[] inputShape) => [Channels, Height, Width];

    /// <inheritdoc/>
    public override Tensor Apply(FlatParameters parameters, string prefix, Tensor x) => x.view(x.shape[0], Channels, Height, Width);
}
