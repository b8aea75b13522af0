using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Dictionaries;

/// <summary>
/// The sparse coding of a batch in terms of inner products alone: minimize ½hGhᵀ − b·h + α‖h‖₁ for every row.
/// With G = DDᵀ and b = xDᵀ this is ½‖x − hD‖² + α‖h‖₁ less the constant ½‖x‖².
/// Attachment γ to predicted codes p, ½γ‖h − p‖² (Kavukcuoglu et al. 2008, equation 4), adds γ to G's diagonal and γp to b.
/// </summary>
/// <param name="Gram_KK">G, symmetric and positive semi-definite.</param>
/// <param name="Correlation_BK">b, one row for each signal.</param>
internal sealed record GramProblem(Tensor Gram_KK, Tensor Correlation_BK) : IDisposable
{
    /// <summary>The problem of coding signals with a dictionary.</summary>
    public static GramProblem Of(Tensor x_BD, Tensor atoms_KD) =>
        new(SmallProducts.TimesTransposed(atoms_KD, atoms_KD), SmallProducts.TimesTransposed(x_BD, atoms_KD));

    /// <summary>The same with codes drawn towards predicted ones.</summary>
    /// <param name="predicted_BK">p.</param>
    /// <param name="attachment">γ, at least 0.</param>
    public GramProblem AttachedTo(Tensor predicted_BK, double attachment)
    {
        using Tensor unit_KK = eye(Gram_KK.shape[0], Gram_KK.shape[0], Gram_KK.dtype, Gram_KK.device);
        return new GramProblem(Gram_KK.Add(unit_KK, attachment), Correlation_BK.Add(predicted_BK, attachment));
    }

    /// <summary>Frees both.</summary>
    public void Dispose()
    {
        Gram_KK.Dispose();
        Correlation_BK.Dispose();
    }
}
