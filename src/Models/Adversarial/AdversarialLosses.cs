using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Adversarial;

/// <summary>
/// The objectives in forms that neither overflow early nor lose the tail: with D = σ(v), −log D = softplus(−v) and
/// −log(1 − D) = softplus(v).
/// <para>An f-GAN takes T = g(v) for its variational function and f* for the conjugate of its generator function (Nowozin et al. 2016,
/// tables 2 and 6). Written out in v:</para>
/// <list type="table">
/// <item><term>KL</term><description>T = v; f*(T) = exp(v − 1)</description></item>
/// <item><term>reverse KL</term><description>T = −exp(−v); f*(T) = −1 − log(−T) = v − 1</description></item>
/// <item><term>squared Hellinger</term><description>T = 1 − exp(−v); f*(T) = T/(1 − T) = exp(v) − 1</description></item>
/// <item><term>Jensen–Shannon</term><description>T = log 2 − softplus(−v); f*(T) = −log(2 − exp T) = softplus(v) − log 2</description></item>
/// </list>
/// </summary>
public static class AdversarialLosses
{
    private static readonly double s_log2 = Math.Log(2);

    /// <summary>Whether v is a logit, so that σ(v) is the probability that an input is real.</summary>
    public static bool IsLogit(AdversarialObjective objective) => objective is AdversarialObjective.Minimax or AdversarialObjective.NonSaturating;

    /// <summary>The output from which on an input counts as real: that of an optimal discriminator where both densities are equal.</summary>
    public static double Threshold(AdversarialObjective objective) => objective switch
    {
        AdversarialObjective.LeastSquares => 0.5,

        // T = f′(p/q), which is 1 + log(p/q).
        AdversarialObjective.Kl => 1,
        _ => 0,
    };

    /// <summary>
    /// The discriminator's objective, in nats where it has a unit. Of the two logit games
    /// −E[(1−s)·log D(x) + s·log(1 − D(x))] − E[log(1 − D(G(z)))]; of least squares ½E[(v − 1 + s)²] + ½E[v²]; of hinge
    /// E[max(0, 1 − v)] + E[max(0, 1 + v)]; of Wasserstein E[v of fakes] − E[v of real]; of f-GANs E[f*(T)] − E[T]; of energies
    /// E[v of real] + E[max(0, m − v of fakes)].
    /// </summary>
    /// <param name="objective">Which game.</param>
    /// <param name="real_B1">Outputs for real inputs, shape (B, 1).</param>
    /// <param name="fake_B1">Outputs for generated inputs, shape (B, 1).</param>
    /// <param name="smoothing">s in [0, 0.5], one-sided label smoothing (Salimans et al. 2016, section 3.4); others than the logit games
    /// and least squares have no labels and ignore it.</param>
    /// <param name="margin">m of energies, above 0; others ignore it.</param>
    /// <returns>A scalar.</returns>
    public static Tensor Discriminator(AdversarialObjective objective, Tensor real_B1, Tensor fake_B1, double smoothing, double margin = 1)
    {
        switch (objective)
        {
            case AdversarialObjective.Minimax or AdversarialObjective.NonSaturating:
                Tensor real = (-real_B1).Softplus().mean();
                Tensor fake = fake_B1.Softplus().mean();
                return smoothing == 0 ? real.Add(fake) : real.Add(real_B1.mean().Mul(smoothing)).Add(fake);
            case AdversarialObjective.LeastSquares:
                return real_B1.Sub(1 - smoothing).Square().mean().Add(fake_B1.Square().mean()).Mul(0.5);
            case AdversarialObjective.Hinge:
                return nn.functional.relu(real_B1.SubtractedFrom(1)).mean().Add(nn.functional.relu(fake_B1.Add(1)).mean());
            case AdversarialObjective.Wasserstein:
                return fake_B1.mean() - real_B1.mean();
            case AdversarialObjective.EnergyBased:
                return real_B1.mean().Add(nn.functional.relu(fake_B1.SubtractedFrom(margin)).mean());
            default:
                return Conjugate(objective, fake_B1).mean() - Variational(objective, real_B1).mean();
        }
    }

    /// <summary>
    /// The generator's objective. Minimax E[log(1 − D)]; non-saturating −E[log D]; least squares ½E[(v − 1)²]; hinge and
    /// Wasserstein −E[v]; energies E[v]; f-GANs −E[T] (Nowozin et al. 2016, section 3.2: as the non-saturating game, and for the same reason).
    /// </summary>
    /// <param name="objective">Which game.</param>
    /// <param name="fake_B1">Outputs for generated inputs, shape (B, 1).</param>
    /// <returns>A scalar.</returns>
    public static Tensor Generator(AdversarialObjective objective, Tensor fake_B1) => objective switch
    {
        AdversarialObjective.Minimax => -fake_B1.Softplus().mean(),
        AdversarialObjective.NonSaturating => (-fake_B1).Softplus().mean(),
        AdversarialObjective.LeastSquares => fake_B1.Sub(1).Square().mean().Mul(0.5),
        AdversarialObjective.Hinge or AdversarialObjective.Wasserstein => -fake_B1.mean(),
        AdversarialObjective.EnergyBased => fake_B1.mean(),
        _ => -Variational(objective, fake_B1).mean(),
    };

    /// <summary>T = g(v) of an f-GAN.</summary>
    public static Tensor Variational(AdversarialObjective objective, Tensor v) => objective switch
    {
        AdversarialObjective.Kl => v,
        AdversarialObjective.ReverseKl => -(-v).exp(),
        AdversarialObjective.SquaredHellinger => (-v).exp().SubtractedFrom(1),
        AdversarialObjective.JensenShannon => (-v).Softplus().SubtractedFrom(s_log2),
        _ => throw Unknown(objective),
    };

    /// <summary>f*(g(v)) of an f-GAN.</summary>
    public static Tensor Conjugate(AdversarialObjective objective, Tensor v) => objective switch
    {
        AdversarialObjective.Kl => v.Sub(1).exp(),
        AdversarialObjective.ReverseKl => v.Sub(1),
        AdversarialObjective.SquaredHellinger => v.exp().Sub(1),
        AdversarialObjective.JensenShannon => v.Softplus().Sub(s_log2),
        _ => throw Unknown(objective),
    };

    private static ArgumentOutOfRangeException Unknown(AdversarialObjective objective) =>
        new(nameof(objective), objective, "no f-divergence of that name");
}
