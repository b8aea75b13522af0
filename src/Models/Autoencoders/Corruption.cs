using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Models.Autoencoders;

/// <summary>What a denoising autoencoder sees in place of x (Vincent et al. 2008, 2010).</summary>
public static class Corruption
{
    /// <summary>Corrupts rows; the numbers belong to the rows of the minibatch.</summary>
    /// <param name="kind">How.</param>
    /// <param name="level">Probability of masking, or the noise's standard deviation.</param>
    /// <param name="x_BD">Inputs, shape (B, D).</param>
    /// <param name="stream">The minibatch's stream.</param>
    /// <param name="firstRow">Position of the first row in the minibatch.</param>
    /// <returns>Shape (B, D).</returns>
    public static Tensor Apply(CorruptionKind kind, double level, Tensor x_BD, RandomStream stream, long firstRow)
    {
        if (kind == CorruptionKind.None)
        {
            return x_BD;
        }

        Tensor noise_BD = empty(x_BD.shape, x_BD.dtype, x_BD.device);

        // A double takes two positions of the stream where it is uniform, all else one.
        long perRow = x_BD.shape[1] * (kind == CorruptionKind.Masking && x_BD.dtype == ScalarType.Float64 ? 2 : 1);
        stream.Position = firstRow * perRow;
        if (kind == CorruptionKind.Masking)
        {
            stream.FillUniform(noise_BD);
            return x_BD * noise_BD.Ge(level).to(x_BD.dtype);
        }

        stream.FillNormal(noise_BD, 0, level);
        return x_BD.Add(noise_BD);
    }
}
