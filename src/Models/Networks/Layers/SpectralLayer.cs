using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models;

/// <summary>
/// Spectral normalization of a linear layer or a convolution (Miyato, Kataoka, Koyama and Yoshida 2018, arXiv:1802.05957): the layer
/// computes with W/σ(W), where σ(W) is the largest singular value of the weight as a matrix (outputs × the rest). σ comes from one step
/// of the power iteration on each pass (Algorithm 1): v = Wᵀu/‖Wᵀu‖, u' = Wv/‖Wv‖, σ = u'ᵀWv, with u and v held constant for the
/// gradient. u is remembered from update to update; u − u' is left in the memory's gradient, but by passes without gradients, which
/// learn nothing.
/// </summary>
/// <param name="Inner">A <see cref="LinearLayer"/>, a <see cref="ConvolutionLayer"/> or a <see cref="TransposedConvolutionLayer"/>.</param>
/// <param name="Scale">What the largest singular value becomes, c: the layer computes with cW/σ(W).</param>
public sealed record SpectralLayer(Layer Inner, double Scale = 1) : Layer
{
    private const double Tiny = 1e-12;
    private const string Vector = "u";

    /// <summary>The layer with that spectral norm, or as it is.</summary>
    /// <param name="inner">A layer with a weight.</param>
    /// <param name="scale">What its largest singular value becomes; null where it is free.</param>
    public static Layer Around(Layer inner, double? scale) => scale is { } norm ? new SpectralLayer(inner, norm) : inner;

    /// <inheritdoc/>
    public override long[] OutputShape(long[] inputShape) => Inner.OutputShape(inputShape);

    /// <inheritdoc/>
    public override IEnumerable<ParameterSpec> Parameters(long[] inputShape) => Inner.Parameters(inputShape);

    /// <inheritdoc/>
    public override IEnumerable<ParameterSpec> Memory(long[] inputShape)
    {
        long outputs = Inner.Parameters(inputShape).First().Shape[Inner is TransposedConvolutionLayer ? 1 : 0];
        yield return new ParameterSpec(Vector, [outputs], Initializer.Normal(0, 1));
    }

    /// <summary>Not normalized: without memory there is no σ.</summary>
    /// <inheritdoc/>
    public override Tensor Apply(FlatParameters parameters, string prefix, Tensor x) =>
        throw new InvalidOperationException("A layer with spectral normalization needs its vectors: give them with the pass.");

    /// <inheritdoc/>
    public override Tensor Apply(NetworkPass pass, string prefix, Tensor x)
    {
        FlatParameters memory = pass.Memory ?? throw new InvalidOperationException("A layer with spectral normalization needs its vectors: give them with the pass.");

        // (W/σ)x = W(x/σ), for convolutions too, and the bias stays outside.
        Tensor weight = pass.Parameters[prefix + "weight"];
        Tensor norm = Norm((Inner is TransposedConvolutionLayer ? weight.transpose(0, 1) : weight).flatten(1), memory[prefix + Vector]);
        return Inner.Apply(pass, prefix, x / (Scale == 1 ? norm : norm.Div(Scale)));
    }

    /// <summary>The estimate of σ(W), a scalar with a graph to W.</summary>
    private static Tensor Norm(Tensor weight_KN, Tensor remembered_K)
    {
        bool learns = is_grad_enabled();
        Tensor left_K, right_N;
        using (no_grad())
        {
            Tensor matrix_KN = weight_KN.detach(), u_K = remembered_K.detach();
            right_N = Unit(matrix_KN.t().mv(u_K));
            left_K = Unit(matrix_KN.mv(right_N));
            if (learns)
            {
                using Tensor move_K = remembered_K.grad!;
                move_K.copy_(u_K - left_K);
            }
        }

        return left_K.dot(weight_KN.mv(right_N));
    }

    private static Tensor Unit(Tensor vector) => vector / vector.norm().Add(Tiny);
}
