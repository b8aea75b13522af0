using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Cluster.Models.Boltzmann;

/// <summary>
/// Logistic units over CPU memory in one pass. Exponential and logarithm are the polynomials of Moshier's Cephes library,
/// written with separate multiplications and additions, so that the bits depend neither on the C library nor on fused
/// instructions nor on the vector width. Relative error below 3e-7.
/// </summary>
internal static class LogisticKernel
{
    private static readonly int Lanes = Vector512<float>.Count;

    /// <summary>x ← σ(x + bias) for every row of <paramref name="x"/>.</summary>
    internal static void Mean(Span<float> x, ReadOnlySpan<float> bias)
    {
        int whole = bias.Length - (bias.Length % Lanes);
        Span<float> padX = stackalloc float[16], padBias = stackalloc float[16];
        for (int row = 0; row < x.Length; row += bias.Length)
        {
            Span<float> line = x.Slice(row, bias.Length);
            MeanWhole(ref MemoryMarshal.GetReference(line), ref MemoryMarshal.GetReference(bias), (nuint)whole);
            if (whole == bias.Length) continue;
            line[whole..].CopyTo(padX);
            bias[whole..].CopyTo(padBias);
            MeanWhole(ref MemoryMarshal.GetReference(padX), ref MemoryMarshal.GetReference(padBias), (nuint)Lanes);
            padX[..(bias.Length - whole)].CopyTo(line[whole..]);
        }
    }

    /// <summary>
    /// x ← σ(scale·x + biasScale·bias) and u ← 1 where u was below it, else 0, for every row; the scales are one for each row.
    /// </summary>
    internal static void Sample(Span<float> x, ReadOnlySpan<float> bias, Span<float> u, ReadOnlySpan<float> scales, ReadOnlySpan<float> biasScales)
    {
        int whole = bias.Length - (bias.Length % Lanes);
        Span<float> padX = stackalloc float[16], padBias = stackalloc float[16], padU = stackalloc float[16];
        for (int begin = 0, row = 0; begin < x.Length; begin += bias.Length, row++)
        {
            float scale = scales.IsEmpty ? 1 : scales[row], biasScale = biasScales.IsEmpty ? 1 : biasScales[row];
            Span<float> line = x.Slice(begin, bias.Length), drawn = u.Slice(begin, bias.Length);
            SampleWhole(
                ref MemoryMarshal.GetReference(line), ref MemoryMarshal.GetReference(bias), ref MemoryMarshal.GetReference(drawn), (nuint)whole, scale, biasScale);
            if (whole == bias.Length) continue;
            line[whole..].CopyTo(padX);
            bias[whole..].CopyTo(padBias);
            drawn[whole..].CopyTo(padU);
            SampleWhole(
                ref MemoryMarshal.GetReference(padX), ref MemoryMarshal.GetReference(padBias), ref MemoryMarshal.GetReference(padU), (nuint)Lanes, scale, biasScale);
            padX[..(bias.Length - whole)].CopyTo(line[whole..]);
            padU[..(bias.Length - whole)].CopyTo(drawn[whole..]);
        }
    }

    /// <summary>For every row r, into[r] += Σ softplus(to·(x + bias)) − softplus(from·(x + bias)).</summary>
    internal static void AddSoftplusDifference(ReadOnlySpan<float> x, ReadOnlySpan<float> bias, float from, float to, Span<double> into)
    {
        int whole = bias.Length - (bias.Length % Lanes);
        Span<float> padX = stackalloc float[16], padBias = stackalloc float[16];
        for (int begin = 0, row = 0; begin < x.Length; begin += bias.Length, row++)
        {
            ReadOnlySpan<float> line = x.Slice(begin, bias.Length);
            double sum = DifferenceWhole(ref MemoryMarshal.GetReference(line), ref MemoryMarshal.GetReference(bias), (nuint)whole, from, to);
            if (whole < bias.Length)
            {
                // Where x and bias are both 0 the difference is 0: the padding adds nothing.
                padX.Clear();
                padBias.Clear();
                line[whole..].CopyTo(padX);
                bias[whole..].CopyTo(padBias);
                sum += DifferenceWhole(ref MemoryMarshal.GetReference(padX), ref MemoryMarshal.GetReference(padBias), (nuint)Lanes, from, to);
            }

            into[row] += sum;
        }
    }

    private static void MeanWhole(ref float x, ref float bias, nuint count)
    {
        for (nuint i = 0; i < count; i += (nuint)Vector512<float>.Count)
        {
            // The difference is 0, or not a number where the input is not finite: a run that diverged must show.
            Vector512<float> input = Vector512.LoadUnsafe(ref x, i) + Vector512.LoadUnsafe(ref bias, i);
            (Sigmoid(input) + (input - input)).StoreUnsafe(ref x, i);
        }
    }

    private static void SampleWhole(ref float x, ref float bias, ref float u, nuint count, float scale, float biasScale)
    {
        Vector512<float> a = Vector512.Create(scale), b = Vector512.Create(biasScale);
        for (nuint i = 0; i < count; i += (nuint)Vector512<float>.Count)
        {
            Vector512<float> mean = Sigmoid((a * Vector512.LoadUnsafe(ref x, i)) + (b * Vector512.LoadUnsafe(ref bias, i)));
            mean.StoreUnsafe(ref x, i);
            (Vector512.LessThan(Vector512.LoadUnsafe(ref u, i), mean) & Vector512<float>.One).StoreUnsafe(ref u, i);
        }
    }

    private static double DifferenceWhole(ref float x, ref float bias, nuint count, float from, float to)
    {
        Vector512<float> a = Vector512.Create(from), b = Vector512.Create(to), sum = Vector512<float>.Zero;
        for (nuint i = 0; i < count; i += (nuint)Vector512<float>.Count)
        {
            Vector512<float> input = Vector512.LoadUnsafe(ref x, i) + Vector512.LoadUnsafe(ref bias, i);
            sum += Softplus(b * input) - Softplus(a * input);
        }

        return Vector512.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Sigmoid(Vector512<float> x) => Vector512<float>.One / (Vector512<float>.One + Exp(-x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Softplus(Vector512<float> x) =>
        Vector512.MaxNative(x, Vector512<float>.Zero) + LogOf1To2(Vector512<float>.One + Exp(-Vector512.Abs(x)));

    /// <summary>e^x; beyond ±87 the value at ±87. What is not a number gives a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Exp(Vector512<float> x)
    {
        x = Vector512.MinNative(Vector512.MaxNative(x, Vector512.Create(-87f)), Vector512.Create(87f));
        Vector512<float> n = Vector512.Floor((x * Vector512.Create(1.44269504088896341f)) + Vector512.Create(0.5f));
        x -= n * Vector512.Create(0.693359375f);
        x -= n * Vector512.Create(-2.12194440e-4f);
        Vector512<float> y = Vector512.Create(1.9875691500e-4f);
        y = (y * x) + Vector512.Create(1.3981999507e-3f);
        y = (y * x) + Vector512.Create(8.3334519073e-3f);
        y = (y * x) + Vector512.Create(4.1665795894e-2f);
        y = (y * x) + Vector512.Create(1.6666665459e-1f);
        y = (y * x) + Vector512.Create(5.0000001201e-1f);
        y = (y * x * x) + x + Vector512<float>.One;
        return (y.AsInt32() + (Vector512.ConvertToInt32(n) << 23)).AsSingle();
    }

    /// <summary>ln x for x in [1, 2].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> LogOf1To2(Vector512<float> x)
    {
        // Above √2 the half is taken: x = 2^n · (1 + m) with n 0 or 1.
        Vector512<float> above = Vector512.GreaterThan(x, Vector512.Create(1.41421356f));
        Vector512<float> m = (x * Vector512.ConditionalSelect(above, Vector512.Create(0.5f), Vector512<float>.One)) - Vector512<float>.One;
        Vector512<float> n = above & Vector512<float>.One;
        Vector512<float> square = m * m;
        Vector512<float> p = Vector512.Create(7.0376836292e-2f);
        p = (p * m) + Vector512.Create(-1.1514610310e-1f);
        p = (p * m) + Vector512.Create(1.1676998740e-1f);
        p = (p * m) + Vector512.Create(-1.2420140846e-1f);
        p = (p * m) + Vector512.Create(1.4249322787e-1f);
        p = (p * m) + Vector512.Create(-1.6668057665e-1f);
        p = (p * m) + Vector512.Create(2.0000714765e-1f);
        p = (p * m) + Vector512.Create(-2.4999993993e-1f);
        p = (p * m) + Vector512.Create(3.3333331174e-1f);
        Vector512<float> rest = (p * m * square) + (n * Vector512.Create(-2.12194440e-4f)) - (Vector512.Create(0.5f) * square);
        return m + rest + (n * Vector512.Create(0.693359375f));
    }
}
