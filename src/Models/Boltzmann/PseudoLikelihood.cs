using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Boltzmann;

/// <summary>
/// Σᵢ log p(vᵢ | v without i) (Besag 1975), which needs no partition function: each conditional is σ(F(v with bit i turned) − F(v)).
/// For Bernoulli units with binary data.
/// </summary>
public static class PseudoLikelihood
{
    /// <summary>All D conditionals of every row, in nats.</summary>
    /// <param name="rbm">The machine.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="v_BD">Binary rows, shape (B, D).</param>
    /// <returns>Shape (B).</returns>
    /// <exception cref="ArgumentException">The visible units are Gaussian.</exception>
    public static Tensor Exact(Rbm rbm, FlatParameters parameters, Tensor v_BD)
    {
        Require(rbm);
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor x_BH = rbm.HiddenInput(parameters, v_BD), soft_B = x_BH.Softplus().sum(1), sum_B = zeros_like(soft_B);
        for (long bit = 0; bit < rbm.Visible; bit++)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor turn_B = v_BD.select(1, bit).Mul(2).SubtractedFrom(1);
            sum_B.Add_(LogConditional(parameters, x_BH, soft_B, turn_B, parameters[Rbm.Weight].select(0, bit), parameters[Rbm.VisibleBias][bit]));
        }

        return sum_B.MoveToOuterDisposeScope();
    }

    /// <summary>One randomly chosen conditional of every row, times D: unbiased, and D times cheaper.</summary>
    /// <param name="rbm">The machine.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="v_BD">Binary rows, shape (B, D).</param>
    /// <param name="stream">Chooses the bits.</param>
    /// <returns>Shape (B), in nats.</returns>
    /// <exception cref="ArgumentException">The visible units are Gaussian.</exception>
    public static Tensor Stochastic(Rbm rbm, FlatParameters parameters, Tensor v_BD, RandomStream stream)
    {
        Require(rbm);
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        long[] bits = [.. Enumerable.Range(0, (int)v_BD.shape[0]).Select(_ => (long)stream.Next((int)rbm.Visible))];
        Tensor chosen_B = tensor(bits).to(v_BD.device);
        Tensor x_BH = rbm.HiddenInput(parameters, v_BD), soft_B = x_BH.Softplus().sum(1);
        Tensor turn_B = v_BD.gather(1, chosen_B.unsqueeze(1)).squeeze(1).Mul(2).SubtractedFrom(1);
        Tensor weight_BH = parameters[Rbm.Weight].index_select(0, chosen_B), bias_B = parameters[Rbm.VisibleBias].index_select(0, chosen_B);
        return LogConditional(parameters, x_BH, soft_B, turn_B, weight_BH, bias_B).Mul(rbm.Visible).MoveToOuterDisposeScope();
    }

    private static Tensor LogConditional(FlatParameters parameters, Tensor x_BH, Tensor soft_B, Tensor turn_B, Tensor weight, Tensor bias)
    {
        Tensor turned_B = x_BH.Add(turn_B.unsqueeze(1) * weight).Softplus().sum(1);
        Tensor gain_B = (turn_B * bias).Add(turned_B) - soft_B;
        return -gain_B.Softplus();
    }

    private static void Require(Rbm rbm)
    {
        if (rbm.IsGaussian) throw new ArgumentException("The pseudo-likelihood by turned bits needs Bernoulli visible units; these are Gaussian.", nameof(rbm));
    }
}
