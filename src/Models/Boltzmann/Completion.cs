using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Boltzmann;

/// <summary>Completes images of which a part is known: Gibbs sweeps with the known visible units clamped.</summary>
public static class Completion
{
    /// <summary>Draws the unknown part from p(unknown | known), as far as the sweeps get.</summary>
    /// <param name="rbm">The machine.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="v_BD">Images, shape (B, D); unknown units may hold anything.</param>
    /// <param name="known_BD">1 where the unit is known, else 0; shape (B, D), or (D) for all images alike.</param>
    /// <param name="sweeps">At least 1.</param>
    /// <param name="stream">Random numbers.</param>
    /// <returns>Shape (B, D): known units as they were, E[v | h] of the last sweep elsewhere; the caller owns it.</returns>
    public static Tensor Run(Rbm rbm, FlatParameters parameters, Tensor v_BD, Tensor known_BD, int sweeps, RandomStream stream)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        using GibbsChains chains = new(rbm, (int)v_BD.shape[0], v_BD.device, v_BD.dtype);
        Tensor known_bool = known_BD.Ne(0).expand(v_BD.shape);
        Tensor start_BD = where(known_bool, v_BD, zeros_like(v_BD).Add(rbm.IsGaussian ? 0 : 0.5));
        chains.StartAt(parameters, start_BD, stream);
        chains.Sweep(parameters, sweeps, stream, drawn_BD =>
        {
            using Tensor held_BD = where(known_bool, v_BD, drawn_BD);
            drawn_BD.copy_(held_BD);
        });
        Tensor mean_BD = rbm.IsGaussian ? chains.VisibleMean : chains.VisibleMean.Clamp(0, 1);
        return where(known_bool, v_BD, mean_BD).MoveToOuterDisposeScope();
    }
}
