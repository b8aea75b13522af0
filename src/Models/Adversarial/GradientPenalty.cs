// The gradient penalty of WGAN-GP.
//
// Gulrajani, Ahmed, Arjovsky, Dumoulin, Courville: "Improved Training of Wasserstein GANs", NIPS 2017, arXiv:1704.00028,
// Algorithm 1: λ·(‖∇D(x̂)‖ − 1)² at x̂ = εx + (1 − ε)G(z) with ε uniform in [0, 1), one for each pair.
//
// Hyperparameters of the paper: λ = 10, five critic updates for each of the generator, Adam (1e-4, 0, 0.9), no batch
// normalization in the critic, since the penalty is of each input alone.
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Adversarial;

/// <summary>Keeps a critic's gradient near length 1 between the data and the fakes.</summary>
internal static class GradientPenalty
{
    /// <summary>Keeps the root differentiable where the gradient is zero.</summary>
    private const double Tiny = 1e-12;

    /// <summary>The penalty before its factor, a scalar that can be propagated back to the critic's parameters.</summary>
    /// <param name="critic">Inputs (B, E) to outputs (B, 1).</param>
    /// <param name="real_BE">Real inputs.</param>
    /// <param name="fake_BE">Generated inputs.</param>
    /// <param name="pixels">How many of the E elements are the image, from the first on; the rest are conditions, whose gradient is free.</param>
    /// <param name="noise">ε of each pair.</param>
    public static Tensor Of(Func<Tensor, Tensor> critic, Tensor real_BE, Tensor fake_BE, long pixels, RandomStream noise)
    {
        Tensor share_B1 = empty(real_BE.shape[0], 1, real_BE.dtype, real_BE.device);
        noise.FillUniform(share_B1);
        Tensor between_BE = fake_BE.Add(share_B1 * (real_BE - fake_BE)).detach().requires_grad_(true);
        Tensor gradient_BE = autograd.grad([critic(between_BE).sum()], [between_BE], create_graph: true, retain_graph: true)[0];
        Tensor norm_B = gradient_BE.narrow(1, 0, pixels).Square().sum(1L).Add(Tiny).sqrt();
        return norm_B.Sub(1).Square().mean();
    }
}
