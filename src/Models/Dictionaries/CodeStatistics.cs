using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Dictionaries;

/// <summary>What a coder's minibatch adds to the sufficient statistics of the dictionary.</summary>
/// <param name="Increment_KE">
/// Σ hᵀ[h | x], shape (K, K + D): A's increment beside B's. Row k is all that the owner of atom k needs of them.
/// </param>
/// <param name="Uses_K">How many signals used each atom.</param>
public sealed record CodeStatistics(Tensor Increment_KE, Tensor Uses_K) : IDisposable
{
    /// <summary>Sums over a minibatch.</summary>
    /// <param name="x_BD">The signals.</param>
    /// <param name="code_BK">Their codes.</param>
    /// <returns>Sums that the caller owns.</returns>
    /// <remarks>In memory the sums skip what is 0; on another device they are dense products.</remarks>
    public static CodeStatistics Of(Tensor x_BD, Tensor code_BK)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = no_grad();
        if (x_BD.device_type == DeviceType.CPU && x_BD.is_contiguous() && code_BK.is_contiguous())
        {
            Tensor sum_KE = zeros([code_BK.shape[1], code_BK.shape[1] + x_BD.shape[1]], code_BK.dtype), used_K = zeros([code_BK.shape[1]], code_BK.dtype);
            if (code_BK.dtype == ScalarType.Float32)
            {
                SparseSums.Statistics<float>(x_BD, code_BK, sum_KE, used_K);
            }
            else
            {
                SparseSums.Statistics<double>(x_BD, code_BK, sum_KE, used_K);
            }

            return new CodeStatistics(sum_KE.MoveToOuterDisposeScope(), used_K.MoveToOuterDisposeScope());
        }

        Tensor increment_KE = code_BK.t().mm(cat([code_BK, x_BD], 1));
        Tensor uses_K = code_BK.Ne(0).to(code_BK.dtype).sum(dim: 0L);
        return new CodeStatistics(increment_KE.MoveToOuterDisposeScope(), uses_K.MoveToOuterDisposeScope());
    }

    /// <summary>Frees both.</summary>
    public void Dispose()
    {
        Increment_KE.Dispose();
        Uses_K.Dispose();
    }
}
