using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Cluster.Models;

/// <summary>
/// Exponential, logarithm and hyperbolic tangent of eight floats, to about two units in the last place: the polynomials of Moshier's
/// Cephes library with separate multiplications and additions, so that the bits are the same on every processor.
/// </summary>
internal static class VectorMath
{
    /// <summary>exp(x); 0 below -87, and no more than exp(88) above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp(Vector256<float> x)
    {
        Vector256<float> clamped = Vector256.MinNative(Vector256.MaxNative(x, Vector256.Create(-87f)), Vector256.Create(88f));

        // x = n·ln 2 + r with |r| ≤ ½ ln 2; ln 2 in two parts, the first exact in n.
        Vector256<float> n = Vector256.Floor((clamped * Vector256.Create(1.44269504088896341f)) + Vector256.Create(0.5f));
        Vector256<float> r = clamped - (n * Vector256.Create(0.693359375f)) - (n * Vector256.Create(-2.12194440e-4f));
        Vector256<float> p = Vector256.Create(1.9875691500E-4f);
        p = (p * r) + Vector256.Create(1.3981999507E-3f);
        p = (p * r) + Vector256.Create(8.3334519073E-3f);
        p = (p * r) + Vector256.Create(4.1665795894E-2f);
        p = (p * r) + Vector256.Create(1.6666665459E-1f);
        p = (p * r) + Vector256.Create(5.0000001201E-1f);
        p = (p * r * r) + r + Vector256<float>.One;
        Vector256<int> exponent = (Vector256.ConvertToInt32(n) + Vector256.Create(127)) << 23;
        Vector256<float> value = p * exponent.AsSingle();
        return Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256.Create(-87f)), Vector256<float>.Zero, value);
    }

    /// <summary>ln(x) for positive normal numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Log(Vector256<float> x)
    {
        // x = 2^exponent · (1 + m) with 1 + m between √½ and √2.
        Vector256<int> bits = x.AsInt32() + Vector256.Create(0x3F800000 - 0x3F3504F3);
        Vector256<float> exponent = Vector256.ConvertToSingle((bits >> 23) - Vector256.Create(127));
        Vector256<float> m = ((bits & Vector256.Create(0x007FFFFF)) + Vector256.Create(0x3F3504F3)).AsSingle() - Vector256<float>.One;
        Vector256<float> square = m * m;
        Vector256<float> p = Vector256.Create(7.0376836292E-2f);
        p = (p * m) + Vector256.Create(-1.1514610310E-1f);
        p = (p * m) + Vector256.Create(1.1676998740E-1f);
        p = (p * m) + Vector256.Create(-1.2420140846E-1f);
        p = (p * m) + Vector256.Create(1.4249322787E-1f);
        p = (p * m) + Vector256.Create(-1.6668057665E-1f);
        p = (p * m) + Vector256.Create(2.0000714765E-1f);
        p = (p * m) + Vector256.Create(-2.4999993993E-1f);
        p = (p * m) + Vector256.Create(3.3333331174E-1f);
        Vector256<float> rest = p * m * square;
        rest += exponent * Vector256.Create(-2.12194440E-4f);
        rest -= Vector256.Create(0.5f) * square;
        return m + rest + (exponent * Vector256.Create(0.693359375f));
    }

    /// <summary>tanh(x): a polynomial up to 0.625, 1 − 2/(exp(2x) + 1) beyond.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Tanh(Vector256<float> x)
    {
        Vector256<float> size = Vector256.Abs(x);
        Vector256<float> square = x * x;
        Vector256<float> p = Vector256.Create(-5.70498872745E-3f);
        p = (p * square) + Vector256.Create(2.06390887954E-2f);
        p = (p * square) + Vector256.Create(-5.37397155531E-2f);
        p = (p * square) + Vector256.Create(1.33314422036E-1f);
        p = (p * square) + Vector256.Create(-3.33332819422E-1f);
        Vector256<float> near = (p * square * x) + x;
        Vector256<float> far = Vector256<float>.One - (Vector256.Create(2f) / (Exp(size + size) + Vector256<float>.One));
        Vector256<float> signed = far | (x & Vector256.Create(-0f));
        return Vector256.ConditionalSelect(Vector256.LessThan(size, Vector256.Create(0.625f)), near, signed);
    }
}
