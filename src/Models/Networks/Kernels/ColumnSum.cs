using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Models;

/// <summary>Sums of columns over CPU memory, the rows in their order: the same bits at any number of threads.</summary>
internal static class ColumnSum
{
    /// <summary>Adds the sums over rows of some columns.</summary>
    /// <param name="rows_BK">float32, contiguous, on the CPU.</param>
    /// <param name="first">The first column.</param>
    /// <param name="into_C">Takes the sums of as many columns as it has elements; likewise.</param>
    public static void Add(Tensor rows_BK, int first, Tensor into_C)
    {
        Span<float> into = into_C.AsFloats();
        ReadOnlySpan<float> rows = rows_BK.AsFloats()[first..];
        int stride = (int)rows_BK.shape[1], width = into.Length, lanes = Vector256<float>.Count, column = 0;
        ref float r = ref MemoryMarshal.GetReference(rows);

        // Four vectors side by side hide the latency of the additions.
        for (; column <= width - (4 * lanes); column += 4 * lanes)
        {
            Vector256<float> a = default, b = default, c = default, d = default;
            for (int at = column; at < rows.Length; at += stride)
            {
                a += Vector256.LoadUnsafe(ref r, (nuint)at);
                b += Vector256.LoadUnsafe(ref r, (nuint)(at + lanes));
                c += Vector256.LoadUnsafe(ref r, (nuint)(at + (2 * lanes)));
                d += Vector256.LoadUnsafe(ref r, (nuint)(at + (3 * lanes)));
            }

            Span<float> to = into.Slice(column, 4 * lanes);
            (Vector256.Create<float>(to) + a).CopyTo(to);
            (Vector256.Create<float>(to[lanes..]) + b).CopyTo(to[lanes..]);
            (Vector256.Create<float>(to[(2 * lanes)..]) + c).CopyTo(to[(2 * lanes)..]);
            (Vector256.Create<float>(to[(3 * lanes)..]) + d).CopyTo(to[(3 * lanes)..]);
        }

        for (; column < width; column++)
        {
            float sum = 0;
            for (int at = column; at < rows.Length; at += stride)
            {
                sum += rows[at];
            }

            into[column] += sum;
        }
    }
}
