using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Cluster.Models.Boltzmann;

/// <summary>
/// A matrix of zeros and ones by its ones: pictures of strokes have one in eight, and adding the rows of a matrix that
/// they choose costs a fraction of the dense product. Sums run in the order of the indices.
/// </summary>
internal sealed class BinaryRows
{
    private const int Wide = 128;
    private const int Lanes = 16;
    private readonly int[] _rowStarts;
    private readonly int[] _rowEntries;
    private readonly int[] _columnCounts;
    private readonly int[] _columnEntries;

    /// <summary>Makes room; <see cref="TryRead"/> fills it.</summary>
    internal BinaryRows(int rows, int columns)
    {
        (Rows, Columns) = (rows, columns);
        _rowStarts = new int[rows + 1];
        _rowEntries = new int[Limit + Vector512<float>.Count];
        _columnCounts = new int[columns];
        _columnEntries = new int[columns * rows];
    }

    internal int Rows { get; }

    internal int Columns { get; }

    /// <summary>Ones in each column.</summary>
    internal ReadOnlySpan<int> ColumnCounts => _columnCounts;

    // Denser than this, the dense product is faster.
    private int Limit => (int)((long)Rows * Columns * 3 / 8);

    /// <summary>Takes in a matrix.</summary>
    /// <param name="matrix">Rows × columns.</param>
    /// <returns>False where an element is neither 0 nor 1, or where more than three in eight are 1: then the dense product is to be taken.</returns>
    internal bool TryRead(ReadOnlySpan<float> matrix)
    {
        int count = 0, limit = Limit;
        ref float first = ref MemoryMarshal.GetReference(matrix);
        for (int row = 0; row < Rows; row++)
        {
            _rowStarts[row] = count;
            int begin = row * Columns, column = 0;
            for (; column <= Columns - Vector512<float>.Count; column += Vector512<float>.Count)
            {
                Vector512<float> values = Vector512.LoadUnsafe(ref first, (nuint)(begin + column));
                Vector512<float> ones = Vector512.Equals(values, Vector512<float>.One);
                if (!Vector512.EqualsAll(values, ones & Vector512<float>.One)) return false;
                for (ulong bits = ones.ExtractMostSignificantBits(); bits != 0; bits &= bits - 1)
                    _rowEntries[count++] = column + BitOperations.TrailingZeroCount(bits);
                if (count > limit) return false;
            }

            for (; column < Columns; column++)
            {
                float value = matrix[begin + column];
                if (value == 1) _rowEntries[count++] = column;
                else if (value != 0) return false;
                if (count > limit) return false;
            }
        }

        _rowStarts[Rows] = count;
        Array.Clear(_columnCounts);
        for (int row = 0; row < Rows; row++)
        {
            foreach (int column in _rowEntries.AsSpan(_rowStarts[row].._rowStarts[row + 1]))
                _columnEntries[(column * Rows) + _columnCounts[column]++] = row;
        }

        return true;
    }

    /// <summary>into ← this · factor.</summary>
    /// <param name="factor">Columns × width.</param>
    /// <param name="width">Columns of the factor.</param>
    /// <param name="into">Rows × width.</param>
    internal void Times(ReadOnlySpan<float> factor, int width, Span<float> into) =>
        Product(false, factor, width, into, 1, [], [], false);

    /// <summary>into ← scale·(thisᵀ · factor − shift ⊗ sum), or that added to it.</summary>
    /// <param name="factor">Rows × width.</param>
    /// <param name="width">Columns of the factor.</param>
    /// <param name="into">Columns × width.</param>
    /// <param name="scale">Multiplies all.</param>
    /// <param name="shift">One for each column of this; empty for zeros.</param>
    /// <param name="sum">Width elements, needed where there is a shift.</param>
    /// <param name="add">Whether to add.</param>
    internal void TransposedTimes(
        ReadOnlySpan<float> factor, int width, Span<float> into, float scale, ReadOnlySpan<float> shift, ReadOnlySpan<float> sum, bool add) =>
        Product(true, factor, width, into, scale, shift, sum, add);

    private unsafe void Product(
        bool transposed, ReadOnlySpan<float> factor, int width, Span<float> into, float scale, ReadOnlySpan<float> shift, ReadOnlySpan<float> sum, bool add)
    {
        int lines = transposed ? Columns : Rows, inner = transposed ? Rows : Columns;
        if (factor.Length != (long)inner * width || into.Length != (long)lines * width || (!shift.IsEmpty && (shift.Length != lines || sum.Length != width)))
            throw new ArgumentException($"A {lines}x{inner} matrix does not multiply {factor.Length} elements of width {width} into {into.Length}.");
        fixed (float* f = factor, t = into, moved = shift, total = sum)
        fixed (int* rowStarts = _rowStarts, rowEntries = _rowEntries, columnCounts = _columnCounts, columnEntries = _columnEntries)
        {
            // Columns of the factor outermost: a block of it stays in the core's own cache while all lines pass.
            for (int start = 0; start < width;)
            {
                // The last block reaches back over columns that are done: they come out the same once more.
                if (!add && width >= Wide && width - start < Wide) start = width - Wide;
                int size = width - start >= Wide ? Wide : width - start >= Lanes ? Lanes : 1;
                for (int line = 0; line < lines; line++)
                {
                    int* entries = transposed ? columnEntries + ((long)line * Rows) : rowEntries + rowStarts[line];
                    int count = transposed ? columnCounts[line] : rowStarts[line + 1] - rowStarts[line];
                    float* to = t + ((long)line * width) + start;
                    float by = moved is null ? 0 : moved[line];
                    float* sums = moved is null ? null : total + start;
                    if (size == Wide) SumWide(entries, count, f + start, width, to, scale, by, sums, add);
                    else if (size == Lanes) SumLanes(entries, count, f + start, width, to, scale, by, sums, add);
                    else SumOne(entries, count, f + start, width, to, scale, by, sums, add);
                }

                start += size;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void SumWide(int* entries, int count, float* factor, int width, float* to, float scale, float by, float* sums, bool add)
    {
        Vector512<float> a = Vector512<float>.Zero, b = a, c = a, d = a, e = a, f = a, g = a, h = a;
        for (int* end = entries + count; entries != end; entries++)
        {
            float* at = factor + ((long)*entries * width);
            a += Vector512.Load(at);
            b += Vector512.Load(at + 16);
            c += Vector512.Load(at + 32);
            d += Vector512.Load(at + 48);
            e += Vector512.Load(at + 64);
            f += Vector512.Load(at + 80);
            g += Vector512.Load(at + 96);
            h += Vector512.Load(at + 112);
        }

        Finish(a, to, scale, by, sums, add, 0);
        Finish(b, to, scale, by, sums, add, 16);
        Finish(c, to, scale, by, sums, add, 32);
        Finish(d, to, scale, by, sums, add, 48);
        Finish(e, to, scale, by, sums, add, 64);
        Finish(f, to, scale, by, sums, add, 80);
        Finish(g, to, scale, by, sums, add, 96);
        Finish(h, to, scale, by, sums, add, 112);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void SumLanes(int* entries, int count, float* factor, int width, float* to, float scale, float by, float* sums, bool add)
    {
        Vector512<float> a = Vector512<float>.Zero;
        for (int i = 0; i < count; i++) a += Vector512.Load(factor + ((long)entries[i] * width));
        Finish(a, to, scale, by, sums, add, 0);
    }

    private static unsafe void SumOne(int* entries, int count, float* factor, int width, float* to, float scale, float by, float* sums, bool add)
    {
        float a = 0;
        for (int i = 0; i < count; i++) a += factor[(long)entries[i] * width];
        float value = scale * (sums is null ? a : a - (by * sums[0]));
        *to = add ? *to + value : value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Finish(Vector512<float> value, float* to, float scale, float by, float* sums, bool add, int at)
    {
        if (sums is not null) value -= Vector512.Create(by) * Vector512.Load(sums + at);
        value *= Vector512.Create(scale);
        if (add) value += Vector512.Load(to + at);
        value.Store(to + at);
    }
}
