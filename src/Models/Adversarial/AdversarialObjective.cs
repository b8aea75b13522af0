using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Adversarial;

/// <summary>What generator and discriminator minimize, as functions of the discriminator's logits.</summary>
public enum AdversarialObjective
{
    /// <summary>
    /// The zero-sum game of Goodfellow et al. 2014, equation 1: the generator minimizes E[log(1 − D(G(z)))].
    /// </summary>
    Minimax,

    /// <summary>The generator maximizes E[log D(G(z))] instead (same paper, section 3): strong gradients early on.</summary>
    NonSaturating,
}

/// <summary>
/// The objectives in their logit form: with D = σ(l), −log D = softplus(−l) and −log(1 − D) = softplus(l),
/// which neither overflow nor lose the tail.
/// </summary>
public static class AdversarialLosses
{
    /// <summary>
    /// −E[(1−s)·log D(x) + s·log(1 − D(x))] − E[log(1 − D(G(z)))], in nats; s is one-sided label smoothing
    /// (Salimans et al. 2016, section 3.4).
    /// </summary>
    /// <param name="real_B1">Logits of real inputs, shape (B, 1).</param>
    /// <param name="fake_B1">Logits of generated inputs, shape (B, 1).</param>
    /// <param name="smoothing">s in [0, 0.5].</param>
    /// <returns>A scalar.</returns>
    public static Tensor Discriminator(Tensor real_B1, Tensor fake_B1, double smoothing)
    {
        Tensor real = nn.functional.softplus(-real_B1).mean();
        Tensor fake = nn.functional.softplus(fake_B1).mean();
        return smoothing == 0 ? real + fake : real + (smoothing * real_B1.mean()) + fake;
    }

    /// <summary>The generator's objective, in nats.</summary>
    /// <param name="objective">Which game.</param>
    /// <param name="fake_B1">Logits of generated inputs, shape (B, 1).</param>
    /// <returns>A scalar: E[log(1 − D)] for minimax, −E[log D] for non-saturating.</returns>
    public static Tensor Generator(AdversarialObjective objective, Tensor fake_B1) => objective switch
    {
        AdversarialObjective.Minimax => -nn.functional.softplus(fake_B1).mean(),
        AdversarialObjective.NonSaturating => nn.functional.softplus(-fake_B1).mean(),
        _ => throw new ArgumentOutOfRangeException(nameof(objective), objective, "unknown objective"),
    };
}
