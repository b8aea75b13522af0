using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Cluster.Models.Autoencoders;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Variational;

/// <summary>
/// Samples of a diagonal posterior with its divergence, and their derivative, each in one pass over CPU memory in float32. With heads
/// (μ, λ = log σ²): z = μ + σ∘ε and r = −β·½ Σ (μ² + σ² − 1 − λ) (Kingma and Welling 2014, appendix B). In return dL/dμ = Σₖ dL/dz − βwμ and
/// dL/dλ = ½ (Σₖ dL/dz∘(z − μ) − βw(σ² − 1)) with w = Σₖ dL/dr. What it holds belongs to the codes.
/// </summary>
internal sealed class DiagonalSample : IHeadDerivative
{
    /// <summary>Rows that a thread takes at a time.</summary>
    private const int Grain = 32;

    private readonly Tensor _heads_BH;
    private readonly float _beta;

    /// <param name="heads_BH">Shape (B, 2Z), for which <see cref="Fits"/>.</param>
    /// <param name="noise_KBZ">Standard normal, shape (k, B, Z).</param>
    /// <param name="beta">β.</param>
    public DiagonalSample(Tensor heads_BH, Tensor noise_KBZ, double beta)
    {
        (_heads_BH, _beta) = (heads_BH, (float)beta);
        int rows = (int)heads_BH.shape[0], samples = (int)noise_KBZ.shape[0];
        Code = empty(samples * rows, Latent, ScalarType.Float32);
        Term = empty(samples * rows, ScalarType.Float32);
        IntraOp.For(rows, Grain, new Sampling(this, samples, heads_BH.AsFloats(), noise_KBZ.AsFloats(), Code.AsFloats(), Term.AsFloats()));
    }

    private int Latent => (int)_heads_BH.shape[1] / 2;

    /// <summary>z, shape (S, Z).</summary>
    public Tensor Code { get; }

    /// <summary>r, shape (S).</summary>
    public Tensor Term { get; }

    /// <summary>Whether heads lie as these passes need them.</summary>
    public static bool Fits(Tensor heads_BH) =>
        heads_BH.device_type == DeviceType.CPU && heads_BH.dtype == ScalarType.Float32 && heads_BH.is_contiguous();

    /// <inheritdoc/>
    public Tensor Backward(Tensor weight_S, Tensor codeGradient_SZ)
    {
        int rows = (int)_heads_BH.shape[0], samples = (int)weight_S.shape[0] / rows;
        Tensor gradient_BH = empty_like(_heads_BH);
        using Tensor given = codeGradient_SZ.contiguous();
        IntraOp.For(rows, Grain, new Derivative(
            this, samples, _heads_BH.AsFloats(), Code.AsFloats(), given.AsFloats(), weight_S.AsFloats(), gradient_BH.AsFloats()));
        return gradient_BH;
    }

    private readonly ref struct Sampling(DiagonalSample of, int samples, ReadOnlySpan<float> heads, ReadOnlySpan<float> noise, Span<float> code, Span<float> term) : IRangeWork
    {
        private readonly ReadOnlySpan<float> _heads = heads, _noise = noise;
        private readonly Span<float> _code = code, _term = term;

        public void Run(int first, int count)
        {
            int latent = of.Latent, rows = _term.Length / samples;
            for (int row = first; row < first + count; row++)
            {
                ReadOnlySpan<float> means = _heads.Slice(2 * row * latent, latent), logs = _heads.Slice(((2 * row) + 1) * latent, latent);
                Vector256<float> sum = Vector256<float>.Zero;
                for (int i = 0; i < latent; i += Vector256<float>.Count)
                {
                    // Beyond the row μ and λ are 0 and add nothing.
                    Vector256<float> mean = Load(means, i), logVariance = Load(logs, i), deviation = Deviation(logVariance);
                    sum += (mean * mean) + (deviation * deviation) - logVariance - Vector256<float>.One;
                    for (int sample = 0; sample < samples; sample++)
                    {
                        int at = ((sample * rows) + row) * latent;
                        Store(mean + (deviation * Load(_noise.Slice(at, latent), i)), _code.Slice(at, latent), i);
                    }
                }

                float divergence = 0.5f * Vector256.Sum(sum);
                for (int sample = 0; sample < samples; sample++)
                {
                    _term[(sample * rows) + row] = -of._beta * divergence;
                }
            }
        }
    }

    private readonly ref struct Derivative(
        DiagonalSample of, int samples, ReadOnlySpan<float> heads, ReadOnlySpan<float> code, ReadOnlySpan<float> gradient, ReadOnlySpan<float> weights, Span<float> into) : IRangeWork
    {
        private readonly ReadOnlySpan<float> _heads = heads, _code = code, _gradient = gradient, _weights = weights;
        private readonly Span<float> _into = into;

        public void Run(int first, int count)
        {
            int latent = of.Latent, rows = _weights.Length / samples;
            for (int row = first; row < first + count; row++)
            {
                ReadOnlySpan<float> means = _heads.Slice(2 * row * latent, latent), logs = _heads.Slice(((2 * row) + 1) * latent, latent);
                float weight = 0;
                for (int sample = 0; sample < samples; sample++)
                {
                    weight += _weights[(sample * rows) + row];
                }

                Vector256<float> scale = Vector256.Create(of._beta * weight), half = Vector256.Create(0.5f);
                for (int i = 0; i < latent; i += Vector256<float>.Count)
                {
                    Vector256<float> mean = Load(means, i), logVariance = Load(logs, i), deviation = Deviation(logVariance);
                    Vector256<float> sum = Vector256<float>.Zero, product = Vector256<float>.Zero;
                    for (int sample = 0; sample < samples; sample++)
                    {
                        int at = ((sample * rows) + row) * latent;
                        Vector256<float> g = Load(_gradient.Slice(at, latent), i);
                        sum += g;
                        product += g * (Load(_code.Slice(at, latent), i) - mean);
                    }

                    Store(sum - (scale * mean), _into.Slice(2 * row * latent, latent), i);
                    Store(half * (product - (scale * ((deviation * deviation) - Vector256<float>.One))), _into.Slice(((2 * row) + 1) * latent, latent), i);
                }
            }
        }
    }

    /// <summary>σ. The difference is 0, or not a number where λ is not finite: a run that diverged must show.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Deviation(Vector256<float> logVariance) =>
        VectorMath.Exp(logVariance * Vector256.Create(0.5f)) + (logVariance - logVariance);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Load(ReadOnlySpan<float> from, int first) =>
        first + Vector256<float>.Count <= from.Length
            ? Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(from), (nuint)first)
            : LoadRest(from[first..]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<float> values, Span<float> into, int first)
    {
        if (first + Vector256<float>.Count <= into.Length)
        {
            values.StoreUnsafe(ref MemoryMarshal.GetReference(into), (nuint)first);
        }
        else
        {
            StoreRest(values, into[first..]);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector256<float> LoadRest(ReadOnlySpan<float> from)
    {
        Span<float> padded = stackalloc float[8];
        padded.Clear();
        from.CopyTo(padded);
        return Vector256.Create<float>(padded);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StoreRest(Vector256<float> values, Span<float> into)
    {
        Span<float> padded = stackalloc float[8];
        values.CopyTo(padded);
        padded[..into.Length].CopyTo(into);
    }
}
