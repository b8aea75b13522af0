using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Models.Autoencoders;

/// <summary>How k samples of one input make its bound on log p(x).</summary>
public enum BoundKind
{
    /// <summary>The mean of log p(x|z) + r: the evidence lower bound (Kingma and Welling 2014), or minus a reconstruction error.</summary>
    Elbo,

    /// <summary>log of the mean of exp(log p(x|z) + r): the importance weighted bound (Burda et al. 2016, equation 8).</summary>
    ImportanceWeighted,
}

/// <summary>Minus the bound, averaged over the rows of a piece, and what each sample weighs in it.</summary>
public static class MonteCarloBound
{
    /// <summary>The derivative of all samples where it is the same whatever they are; null where it depends on them.</summary>
    /// <param name="kind">Which bound.</param>
    /// <param name="samples">S.</param>
    /// <param name="rows">B.</param>
    /// <param name="share">The piece's share of the minibatch.</param>
    public static double? Weight(BoundKind kind, long samples, long rows, double share) =>
        kind == BoundKind.Elbo || samples == rows ? -share / samples : null;

    /// <summary>The loss and its derivative by log p(x|z), which is also that by r.</summary>
    /// <param name="kind">Which bound.</param>
    /// <param name="likelihood_S">log p(x|z), shape (S), S = k·B, sample after sample.</param>
    /// <param name="term_S">r, shape (S); null for 0.</param>
    /// <param name="rows">B.</param>
    /// <param name="share">Multiplies the derivative: the piece's share of the minibatch.</param>
    /// <returns>The piece's mean loss, a scalar; share · dloss/d log p(x|z), shape (S).</returns>
    public static (Tensor Loss, Tensor Weight) Loss(BoundKind kind, Tensor likelihood_S, Tensor? term_S, long rows, double share)
    {
        long all = likelihood_S.shape[0];
        Tensor sum_S = term_S is null ? likelihood_S : likelihood_S.Add(term_S);
        if (Weight(kind, all, rows, share) is { } weight)
        {
            return (sum_S.mean().neg_(), sum_S.FullLike(weight));
        }

        Tensor sum_KB = sum_S.view(-1, rows);
        Tensor loss = sum_KB.logsumexp(0).mean().neg_().Add_(Math.Log((double)all / rows));
        return (loss, sum_KB.softmax(0).Mul_(-share / rows).view(-1));
    }
}
