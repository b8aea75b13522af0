using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Dictionaries;

/// <summary>
/// Products of rows with a matrix that stays in a core's cache. A library's threads would wait for each other at the end of each, longer
/// than such a product takes; here they share the rows with the inference that follows, and each element is summed in order, whoever
/// has its row: the same bits on every processor and for any number of threads.
/// </summary>
internal static class SmallProducts
{
    /// <summary>Elements of the matrix up to which it is small.</summary>
    private const long Largest = 1 << 16;

    /// <summary>a bᵀ, shape (R, K); the caller owns it. Larger products, and those on other devices, are the library's.</summary>
    /// <param name="a_RD">Rows.</param>
    /// <param name="b_KD">The matrix.</param>
    public static Tensor TimesTransposed(Tensor a_RD, Tensor b_KD)
    {
        using Tensor b_DK = b_KD.t();
        if (a_RD.device_type != DeviceType.CPU || b_KD.NumberOfElements > Largest)
        {
            return a_RD.mm(b_DK);
        }

        using Tensor rows_RD = a_RD.contiguous(), columns_DK = b_DK.contiguous();
        Tensor product_RK = empty([a_RD.shape[0], b_KD.shape[0]], a_RD.dtype);
        if (a_RD.dtype == ScalarType.Float32)
        {
            Multiply<float>(rows_RD, columns_DK, product_RK);
        }
        else
        {
            Multiply<double>(rows_RD, columns_DK, product_RK);
        }

        return product_RK;
    }

    private static unsafe void Multiply<T>(Tensor a_RD, Tensor b_DK, Tensor into_RK)
        where T : unmanaged, INumber<T>
    {
        (int rows, int features, int columns) = ((int)a_RD.shape[0], (int)a_RD.shape[1], (int)b_DK.shape[1]);
        T* a = Memory<T>(a_RD), b = Memory<T>(b_DK), into = Memory<T>(into_RK);
        RowParallel.For(rows, (first, count) =>
        {
            for (int row = first; row < first + count; row++)
            {
                Row(a + ((long)row * features), b, into + ((long)row * columns), features, columns);
            }
        });
    }

    /// <summary>One row of the product, four vectors of it at a time in registers.</summary>
    private static unsafe void Row<T>(T* a, T* b, T* into, int features, int columns)
        where T : unmanaged, INumber<T>
    {
        int lanes = Vector<T>.Count, k = 0;
        for (; k <= columns - (4 * lanes); k += 4 * lanes)
        {
            Vector<T> first = Vector<T>.Zero, second = Vector<T>.Zero, third = Vector<T>.Zero, fourth = Vector<T>.Zero;
            T* from = b + k;
            for (int d = 0; d < features; d++, from += columns)
            {
                Vector<T> value = new(a[d]);
                first += value * Vector.Load(from);
                second += value * Vector.Load(from + lanes);
                third += value * Vector.Load(from + (2 * lanes));
                fourth += value * Vector.Load(from + (3 * lanes));
            }

            Vector.Store(first, into + k);
            Vector.Store(second, into + k + lanes);
            Vector.Store(third, into + k + (2 * lanes));
            Vector.Store(fourth, into + k + (3 * lanes));
        }

        for (; k < columns; k++)
        {
            T sum = T.Zero;
            for (int d = 0; d < features; d++)
            {
                sum += a[d] * b[(d * columns) + k];
            }

            into[k] = sum;
        }
    }

    private static unsafe T* Memory<T>(Tensor tensor)
        where T : unmanaged => (T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.AsBytes()));
}
