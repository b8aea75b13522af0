using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Numerics;

/// <summary>
/// A matrix of that many rows whose rows, or columns if they are fewer, are orthonormal: Q of the QR decomposition of normal numbers, with
/// the signs that make it uniformly distributed (<c>torch.nn.init.orthogonal_</c>).
/// </summary>
public sealed record OrthogonalInitializer(long Rows) : Initializer
{
    internal override void Fill(RandomStream stream, Tensor into)
    {
        using var scope = NewDisposeScope();

        // On the CPU and in double precision, wherever the parameter is: decompositions differ from device to device.
        var normal = empty(into.NumberOfElements, ScalarType.Float64);
        stream.FillNormal(normal);
        var matrix = normal.view(Rows, -1);
        var wide = matrix.shape[0] < matrix.shape[1];
        var (q, r) = linalg.qr(wide ? matrix.t() : matrix);
        q *= r.diagonal().sign();
        into.copy_((wide ? q.t() : q).contiguous().view(into.shape));
    }
}
