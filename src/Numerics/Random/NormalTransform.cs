using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Cluster.Numerics;

/// <summary>
/// Words to normal numbers by Box and Muller 1958: of each block, words 0 and 1 give one pair and words 2 and 3 the other,
/// z₀ = √(−2 ln u)·cos 2πv and z₁ = √(−2 ln u)·sin 2πv, at the places of the words they came from.
/// Logarithm, sine and cosine are the polynomials of Moshier's Cephes library, written with separate multiplications and additions,
/// so that the bits depend neither on the C library nor on fused instructions nor on the vector width.
/// The largest magnitude that can occur is √(2 ln 2³²) ≈ 6.66 standard deviations.
/// </summary>
internal readonly struct NormalTransform(float mean, float std) : IChunkTransform
{
    public void Apply(ReadOnlySpan<uint> words, Span<float> into)
    {
        const int lanes = Philox.ChunkBlocks;
        for (var pair = 0; pair < words.Length; pair += 2 * lanes)
        {
            for (var lane = 0; lane < lanes; lane += Vector256<uint>.Count)
            {
                var i = pair + lane;
                var radius = Radius(Vector256.Create(words[i..]));
                var (cos, sin) = CosSinOfTurn(Vector256.Create(words[(i + lanes)..]));
                (Vector256.Create(std) * (radius * cos) + Vector256.Create(mean)).CopyTo(into[i..]);
                (Vector256.Create(std) * (radius * sin) + Vector256.Create(mean)).CopyTo(into[(i + lanes)..]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Radius(Vector256<uint> word)
    {
        // u in (0, 1]: the half step keeps ln u finite.
        var scaled = Vector256.ConvertToSingle((word >>> 1).AsInt32()) * Vector256.Create(1f / (1u << 31));
        var u = scaled + Vector256.Create(0.5f / (1u << 31));
        return Vector256.Sqrt(Vector256.Create(-2f) * Log(u));
    }

    /// <summary>Natural logarithm of positive normal numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Log(Vector256<float> x)
    {
        // x = 2^exponent · (1 + m) with 1 + m between √½ and √2.
        var bits = x.AsInt32() + Vector256.Create(0x3F800000 - 0x3F3504F3);
        var exponent = Vector256.ConvertToSingle((bits >> 23) - Vector256.Create(127));
        var m = ((bits & Vector256.Create(0x007FFFFF)) + Vector256.Create(0x3F3504F3)).AsSingle() - Vector256<float>.One;
        var square = m * m;
        var p = Vector256.Create(7.0376836292E-2f);
        p = p * m + Vector256.Create(-1.1514610310E-1f);
        p = p * m + Vector256.Create(1.1676998740E-1f);
        p = p * m + Vector256.Create(-1.2420140846E-1f);
        p = p * m + Vector256.Create(1.4249322787E-1f);
        p = p * m + Vector256.Create(-1.6668057665E-1f);
        p = p * m + Vector256.Create(2.0000714765E-1f);
        p = p * m + Vector256.Create(-2.4999993993E-1f);
        p = p * m + Vector256.Create(3.3333331174E-1f);
        var rest = p * m * square;
        rest += exponent * Vector256.Create(-2.12194440E-4f);
        rest -= Vector256.Create(0.5f) * square;
        return m + rest + exponent * Vector256.Create(0.693359375f);
    }

    /// <summary>Cosine and sine of word/2³² of a turn. The reduction to ±45° is exact, in integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static CosSin CosSinOfTurn(Vector256<uint> word)
    {
        var quadrant = (word + Vector256.Create(0x20000000u)) >>> 30;
        var angle = Vector256.ConvertToSingle((word - (quadrant << 30)).AsInt32()) * Vector256.Create((float)(Math.Tau / 4294967296.0));
        var square = angle * angle;

        var s = Vector256.Create(-1.9515295891E-4f);
        s = s * square + Vector256.Create(8.3321608736E-3f);
        s = s * square + Vector256.Create(-1.6666654611E-1f);
        s = s * square * angle + angle;

        var c = Vector256.Create(2.443315711809948E-5f);
        c = c * square + Vector256.Create(-1.388731625493765E-3f);
        c = c * square + Vector256.Create(4.166664568298827E-2f);
        c = c * square * square - Vector256.Create(0.5f) * square + Vector256<float>.One;

        var swap = Vector256.Equals(quadrant & Vector256<uint>.One, Vector256<uint>.One).AsSingle();
        var cosSign = ((quadrant + Vector256<uint>.One) & Vector256.Create(2u)) << 30;
        var sinSign = (quadrant & Vector256.Create(2u)) << 30;
        return new CosSin(
            (Vector256.ConditionalSelect(swap, s, c).AsUInt32() ^ cosSign).AsSingle(),
            (Vector256.ConditionalSelect(swap, c, s).AsUInt32() ^ sinSign).AsSingle());
    }

    private readonly record struct CosSin(Vector256<float> Cos, Vector256<float> Sin);
}
