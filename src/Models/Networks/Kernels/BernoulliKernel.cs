using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Models;

/// <summary>
/// Bernoulli log-density of rows and its derivative in one pass over CPU memory. With e = exp(−|l|), softplus(l) = max(l, 0) + log(1 + e)
/// and σ(|l|) = 1/(1 + e): one exponential and one division serve both; the logarithms of several 1 + e are that of their product.
/// </summary>
internal static class BernoulliKernel
{
    /// <summary>Replaces each logit l by x − σ(l), the derivative of the log-density, times a weight, and writes the rows' log-densities.</summary>
    /// <param name="logits_SD">float32, contiguous, on the CPU, shape (S, D).</param>
    /// <param name="x_BD">Likewise, shape (B, D), S a multiple of B: row s is compared with row s mod B.</param>
    /// <param name="density_S">Shape (S).</param>
    /// <param name="weight">Multiplies the derivatives.</param>
    public static void Run(Tensor logits_SD, Tensor x_BD, Tensor density_S, float weight)
    {
        int elements = (int)x_BD.shape[1];
        Span<float> logits = logits_SD.AsFloats(), density = density_S.AsFloats();
        ReadOnlySpan<float> x = x_BD.AsFloats();
        IntraOp.For(density.Length, Math.Max(1, Grain / elements), new Pass(elements, logits, x, density, weight));
    }

    /// <summary>Elements that a thread takes at a time, in whole rows.</summary>
    private const int Grain = 1 << 12;

    /// <summary>Factors of one product: each is at most 2, so that it stays a normal number, and rounds as often as a sum would.</summary>
    private const int Factors = 32;

    private static float Row(Span<float> logits, ReadOnlySpan<float> x, float weight)
    {
        Vector256<float> scale = Vector256.Create(weight);
        int lanes = Vector256<float>.Count, whole = logits.Length - (logits.Length % lanes);
        ref float l = ref MemoryMarshal.GetReference(logits);
        ref float t = ref MemoryMarshal.GetReference(x);
        Vector256<float> sum = Vector256<float>.Zero;
        for (int block = 0; block < whole; block += Factors * lanes)
        {
            Vector256<float> product = Vector256<float>.One;
            int end = Math.Min(block + (Factors * lanes), whole);
            for (int i = block; i < end; i += lanes)
            {
                Vector256<float> logit = Vector256.LoadUnsafe(ref l, (nuint)i);
                sum += Element(ref logit, Vector256.LoadUnsafe(ref t, (nuint)i), ref product);
                (logit * scale).StoreUnsafe(ref l, (nuint)i);
            }

            sum -= VectorMath.Log(product);
        }

        if (whole < logits.Length)
        {
            // Beyond the row: logit −100 and x 0 add nothing.
            Span<float> last = stackalloc float[lanes], target = stackalloc float[lanes];
            last.Fill(-100);
            target.Clear();
            logits[whole..].CopyTo(last);
            x[whole..].CopyTo(target);
            Vector256<float> logit = Vector256.Create<float>(last);
            Vector256<float> product = Vector256<float>.One;
            sum += Element(ref logit, Vector256.Create<float>(target), ref product) - VectorMath.Log(product);
            (logit * scale).CopyTo(last);
            last[..(logits.Length - whole)].CopyTo(logits[whole..]);
        }

        return Vector256.Sum(sum);
    }

    /// <summary>The element's log-density without its logarithm, whose argument goes into the product.</summary>
    private static Vector256<float> Element(ref Vector256<float> logit, Vector256<float> x, ref Vector256<float> product)
    {
        Vector256<float> one = Vector256<float>.One, l = logit;
        Vector256<float> e = VectorMath.Exp(-Vector256.Abs(l));
        Vector256<float> sum = one + e;
        Vector256<float> larger = one / sum;
        product *= sum;
        Vector256<float> positive = Vector256.GreaterThanOrEqual(l, Vector256<float>.Zero);
        logit = x - Vector256.ConditionalSelect(positive, larger, e * larger);
        return (x * l) - Vector256.MaxNative(l, Vector256<float>.Zero);
    }

    private readonly ref struct Pass(int elements, Span<float> logits, ReadOnlySpan<float> x, Span<float> density, float weight) : IRangeWork
    {
        private readonly Span<float> _logits = logits, _density = density;
        private readonly ReadOnlySpan<float> _x = x;

        public void Run(int first, int count)
        {
            int rows = _x.Length / elements;
            for (int row = first; row < first + count; row++)
            {
                _density[row] = Row(_logits.Slice(row * elements, elements), _x.Slice(row % rows * elements, elements), weight);
            }
        }
    }
}
