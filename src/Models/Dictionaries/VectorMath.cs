using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cluster.Models.Dictionaries;

/// <summary>What the kernels in memory share. A product and a sum, never a fused one, and every lane alone: the same bits on every processor.</summary>
internal static class VectorMath
{
    /// <summary>Subtracts scale × <paramref name="row"/>, of the same length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SubtractScaled<T>(Span<T> from, ReadOnlySpan<T> row, T scale)
        where T : unmanaged, INumber<T>
    {
        ref T f = ref MemoryMarshal.GetReference(from);
        ref T r = ref MemoryMarshal.GetReference(row);
        Vector<T> factor = new(scale);
        int i = 0;
        for (; i <= from.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            (Vector.LoadUnsafe(ref f, (nuint)i) - (Vector.LoadUnsafe(ref r, (nuint)i) * factor)).StoreUnsafe(ref f, (nuint)i);
        }

        for (; i < from.Length; i++)
        {
            from[i] -= row[i] * scale;
        }
    }
}
