using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cluster.Data;

/// <summary>Bytes 0 to a maximum to floats low to high, elementwise.</summary>
internal readonly struct PixelScale
{
    private readonly float _low;
    private readonly float _high;
    private readonly float _scale;

    public PixelScale(float low, float high, int maximum)
    {
        if (!(float.IsFinite(low) && float.IsFinite(high) && low < high))
            throw new ArgumentException($"Pixels cannot lie between {low} and {high}: both must be finite, and low below high.");
        (_low, _high, _scale) = (low, high, (high - low) / maximum);
    }

    /// <summary>Scales as many bytes as <paramref name="into"/> has places.</summary>
    public void Apply(ReadOnlySpan<byte> bytes, Span<float> into)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, into.Length);
        ref byte from = ref MemoryMarshal.GetReference(bytes);
        ref float to = ref MemoryMarshal.GetReference(into);
        Vector<float> low = new(_low), high = new(_high), scale = new(_scale);
        int lanes = Vector<float>.Count, i = 0;
        for (; i <= bytes.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector.Widen(Vector.LoadUnsafe(ref from, (nuint)i), out Vector<ushort> firstHalf, out Vector<ushort> secondHalf);
            Vector.Widen(firstHalf, out Vector<uint> a, out Vector<uint> b);
            Vector.Widen(secondHalf, out Vector<uint> c, out Vector<uint> d);
            Scale(a, low, high, scale).StoreUnsafe(ref to, (nuint)i);
            Scale(b, low, high, scale).StoreUnsafe(ref to, (nuint)(i + lanes));
            Scale(c, low, high, scale).StoreUnsafe(ref to, (nuint)(i + 2 * lanes));
            Scale(d, low, high, scale).StoreUnsafe(ref to, (nuint)(i + 3 * lanes));
        }

        for (; i < bytes.Length; i++)
            into[i] = MathF.Min(_low + bytes[i] * _scale, _high);
    }

    // A product and a sum, never a fused one: fused, the last bit would hang on the processor. Signed integers convert in one
    // instruction, unsigned ones do not. No value is NaN or -0 beside 0 at the upper end, so that the processor's own minimum will do.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Scale(Vector<uint> values, Vector<float> low, Vector<float> high, Vector<float> scale) =>
        Vector.MinNative(low + Vector.ConvertToSingle(Vector.AsVectorInt32(values)) * scale, high);
}
