using Cluster.Models.Autoencoders;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Variational;

/// <summary>What a trained VAE says of inputs, without gradients.</summary>
public static class VaeEvaluation
{
    /// <summary>One-sample estimates of log p(x|z) and the exact KL(q(z|x) ‖ p(z)); the ELBO is their difference (beta is no part of it).</summary>
    /// <param name="vae">The model.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="x_BD">Inputs, shape (B, D).</param>
    /// <param name="label_BC">One-hot labels; null without classes.</param>
    /// <param name="stream">Gives the samples of z; its position moves on.</param>
    /// <returns>Reconstruction and divergence of each input, both shape (B), in nats. The caller owns them.</returns>
    public static (Tensor LogLikelihood_B, Tensor Divergence_B) Elbo(
        Vae vae, CoderParameters parameters, Tensor x_BD, Tensor? label_BC, RandomStream stream)
    {
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor heads_BH = vae.Heads(parameters.Encoder, x_BD, label_BC);
        Tensor code_BZ = vae.Posterior.Sample(heads_BH, Noise(vae, heads_BH, 1, stream));
        Tensor likelihood_B = vae.Likelihood.LogDensity(parameters.Decoder, vae.Outputs(parameters.Decoder, parameters.Encoder, code_BZ, label_BC), x_BD);
        return scope.MoveToOuter(likelihood_B, vae.Posterior.KullbackLeibler(heads_BH));
    }

    /// <summary>
    /// The importance weighted estimate of log p(x), log of the mean of p(x, z)/q(z|x) over k samples of q (Burda et al. 2016,
    /// section 5, use k = 5000): a lower bound in expectation, which rises to log p(x) with k.
    /// </summary>
    /// <param name="vae">The model.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="x_BD">Inputs, shape (B, D).</param>
    /// <param name="label_BC">One-hot labels; null without classes.</param>
    /// <param name="samples">k, at least 1.</param>
    /// <param name="stream">Gives the samples of z; its position moves on.</param>
    /// <param name="chunk">Most rows that the decoder sees at once.</param>
    /// <returns>Shape (B), float64, in nats. The caller owns it.</returns>
    public static Tensor LogLikelihood(
        Vae vae, CoderParameters parameters, Tensor x_BD, Tensor? label_BC, int samples, RandomStream stream, int chunk = 4096)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        long rows = x_BD.shape[0];
        int atOnce = (int)Math.Clamp(chunk / rows, 1, samples);
        Tensor heads_BH = vae.Heads(parameters.Encoder, x_BD, label_BC);
        Tensor? total_B = null;
        for (int done = 0; done < samples; done += atOnce)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor noise_KBZ = Noise(vae, heads_BH, Math.Min(atOnce, samples - done), stream);
            Tensor code_SZ = vae.Posterior.Sample(heads_BH, noise_KBZ);
            Tensor weight_S = vae.Likelihood.LogDensity(parameters.Decoder, vae.Outputs(parameters.Decoder, parameters.Encoder, code_SZ, label_BC), x_BD).Add(vae.Posterior.LogPrior(code_SZ)) - vae.Posterior.LogDensityOfSample(heads_BH, noise_KBZ);

            // The sum of thousands of weights in double precision; the weights themselves need no more than the network's.
            Tensor part_B = weight_S.to(ScalarType.Float64).view(-1, rows).logsumexp(0);
            total_B = (total_B is null ? part_B : total_B.logaddexp(part_B)).MoveToOuterDisposeScope();
        }

        return total_B!.Sub(Math.Log(samples)).MoveToOuterDisposeScope();
    }

    private static Tensor Noise(Vae vae, Tensor heads_BH, int samples, RandomStream stream)
    {
        Tensor noise_KBZ = empty(samples, heads_BH.shape[0], vae.Latent, heads_BH.dtype, heads_BH.device);
        stream.FillNormal(noise_KBZ);
        return noise_KBZ;
    }
}
