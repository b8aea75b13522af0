using System.Globalization;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Data;

/// <summary>
/// Whitening by zero-phase components (Bell, Sejnowski 1997, "The 'independent components' of natural scenes are edge filters"):
/// x ↦ (x − μ) U diag(1/√(λ + ε λ̄)) Uᵀ, with U and λ the eigenvectors and eigenvalues of the covariance and λ̄ their mean. Of all maps
/// that make the covariance the identity (for ε = 0), the one that changes signals least. Fitted in float64.
/// </summary>
public sealed class ZcaWhitening : IDisposable
{
    private ZcaWhitening(Tensor mean_1D, Tensor whiten_DD, Tensor restore_DD) => (Mean_1D, Whiten_DD, Restore_DD) = (mean_1D, whiten_DD, restore_DD);

    /// <summary>μ, shape (1, D).</summary>
    public Tensor Mean_1D { get; }

    /// <summary>The symmetric matrix that whitens, shape (D, D).</summary>
    public Tensor Whiten_DD { get; }

    /// <summary>Its inverse, shape (D, D).</summary>
    public Tensor Restore_DD { get; }

    /// <summary>Fits the map to signals.</summary>
    /// <param name="x_ND">At least 2 signals, of float32 or float64; what comes out works in the same type on the same device.</param>
    /// <param name="epsilon">ε, relative to the mean variance; at least 0.</param>
    /// <param name="name">What messages call the signals.</param>
    /// <exception cref="DatasetException">An element has no variance, or ε is 0 and some combination of elements has none.</exception>
    public static ZcaWhitening Fit(Tensor x_ND, double epsilon, string name)
    {
        if (!(double.IsFinite(epsilon) && epsilon >= 0)) throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "must be a finite number, at least 0");
        if (x_ND.shape[0] < 2) throw new DatasetException($"{name} cannot be whitened: {x_ND.shape[0]} signals have no covariance; at least 2 are needed");
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var x = x_ND.to(ScalarType.Float64).cpu();
        var mean_1D = x.mean([0L], keepdim: true);
        var centred = x - mean_1D;
        var covariance = centred.t().mm(centred).Div(x.shape[0] - 1);
        var variance = covariance.diagonal().contiguous().data<double>().ToArray();
        for (var d = 0; d < variance.Length; d++)
        {
            if (!(variance[d] > 0))
                throw new DatasetException($"{name} cannot be whitened: element {d + 1} of {variance.Length} is the same in all {x.shape[0]} signals and has no variance; leave it out, or take patches instead of whole images");
        }

        var (eigenvalues, eigenvectors) = linalg.eigh(covariance);
        eigenvalues = eigenvalues.ClampMin(0);
        var level = eigenvalues.mean().AsDouble();
        var least = eigenvalues.min().AsDouble();
        if (epsilon == 0 && !(least > 1e-12 * level))
            throw new DatasetException(string.Create(CultureInfo.InvariantCulture, $"{name} cannot be whitened without epsilon: some combination of its elements has variance {least:g3}, as when every signal's mean was subtracted; set epsilon above 0"));
        var spread = eigenvalues.Add(epsilon * level).sqrt();
        var whiten = (eigenvectors / spread).mm(eigenvectors.t());
        var restore = (eigenvectors * spread).mm(eigenvectors.t());
        return new ZcaWhitening(Kept(mean_1D), Kept(whiten), Kept(restore));

        Tensor Kept(Tensor value) => value.to(x_ND.dtype).to(x_ND.device).clone().DetachFromDisposeScope();
    }

    /// <summary>Signals with covariance near the identity.</summary>
    /// <param name="x_BD">Signals like those that it was fitted to.</param>
    public Tensor Apply(Tensor x_BD)
    {
        using var centred = x_BD - Mean_1D;
        return centred.mm(Whiten_DD);
    }

    /// <summary>Signals as they were.</summary>
    /// <param name="white_BD">Whitened signals.</param>
    public Tensor Undo(Tensor white_BD)
    {
        using var centred = white_BD.mm(Restore_DD);
        return centred.Add(Mean_1D);
    }

    /// <summary>Frees the three.</summary>
    public void Dispose()
    {
        Mean_1D.Dispose();
        Whiten_DD.Dispose();
        Restore_DD.Dispose();
    }
}
