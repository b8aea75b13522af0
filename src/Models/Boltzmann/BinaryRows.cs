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
    private const int Wide = 64;
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

    private ReadOnlySpan<int> Entries(bool transposed, int line) => transposed
        ? _columnEntries.AsSpan(line * Rows, _columnCounts[line])
        : _rowEntries.AsSpan(_rowStarts[line].._rowStarts[line + 1]);

    [SkipLocalsInit]
    private void Product(
        bool transposed, ReadOnlySpan<float> factor, int width, Span<float> into, float scale, ReadOnlySpan<float> shift, ReadOnlySpan<float> sum, bool add)
    {
        int lines = transposed ? Columns : Rows, inner = transposed ? Rows : Columns;
        if (factor.Length != (long)inner * width || into.Length != (long)lines * width)
            throw new ArgumentException($"A {lines}x{inner} matrix does not multiply {factor.Length} elements of width {width} into {into.Length}.");
        Span<float> block = stackalloc float[Wide];
        Span<float> nothing = stackalloc float[Wide];
        nothing.Clear();

        // Columns of the factor outermost: a block of 64 stays in the core's own cache while all lines pass. The last block
        // reaches back over the one before; its columns come out the same, and only the new ones are stored.
        for (int done = 0; done < width;)
        {
            int size = width >= Wide ? Wide : Math.Min(width, Vector512<float>.Count);
            int start = Math.Min(done, width - size);
            ReadOnlySpan<float> total = sum.IsEmpty ? nothing[..size] : sum.Slice(start, size);
            for (int line = 0; line < lines; line++)
            {
                ReadOnlySpan<int> entries = Entries(transposed, line);
                if (size == Wide) SumWide(entries, ref MemoryMarshal.GetReference(factor), (nuint)width, (nuint)start, block);
                else SumNarrow(entries, factor, width, start, block[..size]);
                Finish(block[..size], total, scale, shift.IsEmpty ? 0 : shift[line], into.Slice((line * width) + start, size), done - start, add);
            }

            done = start + size;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SumWide(ReadOnlySpan<int> entries, ref float factor, nuint width, nuint start, Span<float> block)
    {
        Vector512<float> a = Vector512<float>.Zero, b = a, c = a, d = a;
        foreach (int entry in entries)
        {
            nuint at = ((nuint)entry * width) + start;
            a += Vector512.LoadUnsafe(ref factor, at);
            b += Vector512.LoadUnsafe(ref factor, at + 16);
            c += Vector512.LoadUnsafe(ref factor, at + 32);
            d += Vector512.LoadUnsafe(ref factor, at + 48);
        }

        ref float into = ref MemoryMarshal.GetReference(block);
        a.StoreUnsafe(ref into);
        b.StoreUnsafe(ref into, 16);
        c.StoreUnsafe(ref into, 32);
        d.StoreUnsafe(ref into, 48);
    }

    private static void SumNarrow(ReadOnlySpan<int> entries, ReadOnlySpan<float> factor, int width, int start, Span<float> block)
    {
        block.Clear();
        foreach (int entry in entries)
        {
            ReadOnlySpan<float> line = factor.Slice((entry * width) + start, block.Length);
            for (int i = 0; i < block.Length; i++) block[i] += line[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(Span<float> block, ReadOnlySpan<float> total, float scale, float shift, Span<float> into, int skip, bool add)
    {
        if (block.Length == Wide && skip == 0)
        {
            ref float from = ref MemoryMarshal.GetReference(block), sums = ref MemoryMarshal.GetReference(total), to = ref MemoryMarshal.GetReference(into);
            for (nuint i = 0; i < Wide; i += 16)
            {
                Vector512<float> value = Vector512.Create(scale) * (Vector512.LoadUnsafe(ref from, i) - (Vector512.Create(shift) * Vector512.LoadUnsafe(ref sums, i)));
                (add ? Vector512.LoadUnsafe(ref to, i) + value : value).StoreUnsafe(ref to, i);
            }

            return;
        }

        for (int i = skip; i < block.Length; i++)
        {
            float value = scale * (block[i] - (shift * total[i]));
            into[i] = add ? into[i] + value : value;
        }
    }
}
