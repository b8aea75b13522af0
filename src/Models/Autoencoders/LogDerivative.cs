using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Models.Autoencoders;

/// <summary>
/// The log-derivative estimator of dE_q[f(z)]/dφ: the mean of (f(z) − b)·∇ log q(z|x), for codes that no gradient flows through
/// (Williams 1992; "score function", REINFORCE). The baseline b of a row is the mean of the other rows that it is compared with, so that
/// it does not depend on the row's own z and leaves the expectation as it is: the other samples of the same x where there are several
/// (Kool, van Hoof, Welling 2019), else the other rows of the piece.
/// </summary>
public static class LogDerivative
{
    /// <summary>The gradient with respect to log q(z|x).</summary>
    /// <param name="signal_S">f, shape (S) with S = k·B, sample after sample.</param>
    /// <param name="weight_S">dL/df, shape (S).</param>
    /// <param name="rows">B.</param>
    /// <returns>weight · (f − b), shape (S).</returns>
    public static Tensor Weights(Tensor signal_S, Tensor weight_S, long rows)
    {
        long samples = signal_S.shape[0] / rows;
        if (samples == 1 && rows == 1)
        {
            return signal_S * weight_S;
        }

        long others = (samples > 1 ? samples : rows) - 1;
        Tensor compared_KB = samples > 1 ? signal_S.view(samples, rows) : signal_S.view(rows, 1);
        Tensor centred_KB = compared_KB - compared_KB.mean([0], keepdim: true);

        // f − (sum − f)/(n − 1) = (f − mean)·n/(n − 1).
        return centred_KB.Mul((others + 1.0) / others).view(-1) * weight_S;
    }
}
