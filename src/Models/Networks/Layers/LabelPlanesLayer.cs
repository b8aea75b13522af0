using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models;

/// <summary>
/// Takes an image and a one-hot label, one after the other, apart, and makes the label constant planes behind the image's channels, so
/// that convolutions see it: (C·H·W + K) to (C + K, H, W).
/// </summary>
/// <param name="Channels">Channels of the image, C.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Classes">Classes, K.</param>
public sealed record LabelPlanesLayer(int Channels, int Height, int Width, int Classes) : Layer
{
    /// <inheritdoc/>
    public override long[] OutputShape(long[] inputShape) => [Channels + Classes, Height, Width];

    /// <inheritdoc/>
    public override Tensor Apply(FlatParameters parameters, string prefix, Tensor x)
    {
        long batch = x.shape[0], pixels = (long)Channels * Height * Width;
        Tensor image = x.narrow(1, 0, pixels).reshape(batch, Channels, Height, Width);
        Tensor planes = x.narrow(1, pixels, Classes).reshape(batch, Classes, 1, 1).expand(batch, Classes, Height, Width);
        return cat([image, planes], 1);
    }
}
