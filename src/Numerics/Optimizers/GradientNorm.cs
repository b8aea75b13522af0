using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Numerics;

/// <summary>
/// Clipping by the global norm (Pascanu et al. 2013): every shard sums its squares, the sums are added in shard order, and all scale by
/// the same factor.
/// </summary>
public static class GradientNorm
{
    private const int Lanes = 16;

    /// <summary>
    /// Σ g², accumulated in float64 in a fixed order. On the CPU in float32 and float64: element i goes to lane i mod 16, then the lanes
    /// are added from the first. Elsewhere in the device's own order.
    /// </summary>
    /// <param name="flat">Shape [n], contiguous.</param>
    public static double SumOfSquares(Tensor flat)
    {
        if (flat.device_type == DeviceType.CPU && flat.dtype == ScalarType.Float32) return SumOfSquares(flat.AsFloats());
        if (flat.device_type == DeviceType.CPU && flat.dtype == ScalarType.Float64) return SumOfSquares(flat.AsDoubles());
        using var guard = no_grad();
        using var wide = flat.to_type(ScalarType.Float64);
        using var sum = wide.dot(wide);
        using var near = sum.cpu();
        return near.item<double>();
    }

    /// <summary>What to multiply gradients by: min(1, maxNorm/(√sumOfSquares + 10⁻⁶)), as <c>clip_grad_norm_</c> of PyTorch.</summary>
    /// <param name="sumOfSquares">Over all shards; not finite gives NaN or 0, as the gradients are beyond repair.</param>
    /// <param name="maxNorm">Largest norm allowed, above 0.</param>
    /// <exception cref="ArgumentException">The largest norm is not above 0, or the sum is negative.</exception>
    public static double ClipScale(double sumOfSquares, double maxNorm)
    {
        if (!(maxNorm > 0)) throw new ArgumentException($"Gradients cannot be clipped to norm {maxNorm}; it must be above 0.", nameof(maxNorm));
        if (sumOfSquares < 0) throw new ArgumentException($"A sum of squares cannot be {sumOfSquares}.", nameof(sumOfSquares));
        return Math.Min(1, maxNorm / (Math.Sqrt(sumOfSquares) + 1e-6));
    }

    private static double SumOfSquares(ReadOnlySpan<float> values)
    {
        // Four accumulators also hide the latency of the additions.
        Vector256<double> a = default, b = default, c = default, d = default;
        var i = 0;
        for (; i <= values.Length - Lanes; i += Lanes)
        {
            var (w, x) = Vector256.Widen(Vector256.Create(values[i..]));
            var (y, z) = Vector256.Widen(Vector256.Create(values[(i + 8)..]));
            a += w * w;
            b += x * x;
            c += y * y;
            d += z * z;
        }

        Span<double> lanes = stackalloc double[Lanes];
        a.CopyTo(lanes);
        b.CopyTo(lanes[4..]);
        c.CopyTo(lanes[8..]);
        d.CopyTo(lanes[12..]);
        for (var lane = 0; i < values.Length; i++, lane++) lanes[lane] += (double)values[i] * values[i];
        return Total(lanes);
    }

    private static double SumOfSquares(ReadOnlySpan<double> values)
    {
        Span<double> lanes = stackalloc double[Lanes];
        lanes.Clear();
        for (var i = 0; i < values.Length; i++) lanes[i % Lanes] += values[i] * values[i];
        return Total(lanes);
    }

    private static double Total(ReadOnlySpan<double> lanes)
    {
        double sum = 0;
        foreach (var lane in lanes) sum += lane;
        return sum;
    }
}
