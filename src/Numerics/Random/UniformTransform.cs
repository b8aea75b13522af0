using System.Runtime.Intrinsics;

namespace Cluster.Numerics;

/// <summary>Words to numbers in [low, high): the upper 24 bits of each word, scaled. Multiplication and addition are rounded apart.</summary>
internal readonly struct UniformTransform(float low, float high) : IChunkTransform
{
    private readonly float width = high - low;

    // low + width·u may round up to high itself, which the half-open interval excludes.
    private readonly float last = high > low ? MathF.BitDecrement(high) : low;

    public void Apply(ReadOnlySpan<uint> words, Span<float> into)
    {
        for (var i = 0; i < words.Length; i += Vector256<uint>.Count)
        {
            var bits = (Vector256.Create(words[i..]) >>> 8).AsInt32();
            var fraction = Vector256.ConvertToSingle(bits) * Vector256.Create(1f / (1 << 24));
            var value = Vector256.Create(width) * fraction + Vector256.Create(low);
            Vector256.MinNative(value, Vector256.Create(last)).CopyTo(into[i..]);
        }
    }
}
