using static TorchSharp.torch;

namespace Cluster.Models.Autoencoders;

/// <summary>
/// Consecutive rows of a minibatch: a microbatch, or all of it. Encoder and decoder each read the same rows, so that no image travels.
/// Random numbers belong to rows, not to pieces: the same minibatch in any number of pieces sees the same noise.
/// </summary>
/// <param name="X_BD">Inputs, shape (B, D).</param>
/// <param name="Label_BC">One-hot labels, shape (B, C); null for models without conditions.</param>
/// <param name="FirstRow">Position of the first row in the minibatch.</param>
/// <param name="BatchRows">Rows of the whole minibatch.</param>
/// <param name="Noise">Names the random numbers.</param>
public sealed record BatchPiece(Tensor X_BD, Tensor? Label_BC, long FirstRow, long BatchRows, NoiseName Noise)
{
    /// <summary>Rows of the piece, B.</summary>
    public long Rows => X_BD.shape[0];

    /// <summary>The piece's share of the minibatch's mean.</summary>
    public double Share => (double)Rows / BatchRows;

    /// <summary>A whole minibatch.</summary>
    public static BatchPiece Whole(Tensor x_BD, NoiseName noise, Tensor? label_BC = null) => new(x_BD, label_BC, 0, x_BD.shape[0], noise);
}
