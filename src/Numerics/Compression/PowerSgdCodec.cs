using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Numerics;

/// <summary>
/// PowerSGD (Vogels et al. 2019, Algorithms 1 and 2): a matrix M travels as P = M Q and Q = Mᵀ P̂, one step of power iteration from the Q of
/// the update before, and arrives as P̂ Qᵀ. Vectors, matrices that the factors would not make smaller, and rows that a slice has in part
/// travel whole. A matrix has its parameter's first dimension as rows and all others as columns.
/// </summary>
public sealed class PowerSgdCodec : GradientCodec
{
    private readonly List<Block> blocks = [];
    private readonly List<(long Offset, long Count)> whole = [];
    private readonly Tensor? start, factor;
    private Tensor? sum, basis, next, mixedFactor;

    /// <param name="layout">The role's parameters.</param>
    /// <param name="range">The slice.</param>
    /// <param name="rank">Columns of the factors.</param>
    /// <param name="stream">The stream of a purpose: the first Q is drawn from it, the same for all contributors.</param>
    /// <param name="device">Where the slice is.</param>
    /// <param name="dtype">Its dtype.</param>
    /// <param name="contributes">Whether it is a contributor's.</param>
    public PowerSgdCodec(ParameterLayout layout, ShardRange range, int rank, Func<string, RandomStream> stream, Device device, ScalarType dtype, bool contributes)
        : base(range.Count, device, dtype, contributes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        foreach (var slot in layout.Slots) Divide(slot, range, rank);
        if (!contributes || blocks.Count == 0) return;
        start = zeros(blocks.Sum(block => block.Columns * block.Rank), dtype, device).DetachFromDisposeScope();
        foreach (var (block, columns) in blocks.Zip(Split(start, block => block.Columns)))
            stream("power-sgd/" + block.Name).FillNormal(columns);
        factor = AddState("factor", start.clone());
    }

    /// <inheritdoc/>
    public override int Rounds => blocks.Count > 0 ? 2 : 1;

    /// <summary>Elements that a contributor sends in all rounds of an update, and that come back.</summary>
    public long Elements => blocks.Sum(block => (block.Rows + block.Columns) * block.Rank) + whole.Sum(part => part.Count);

    /// <inheritdoc/>
    public override Tensor[] Encode(Tensor gradient)
    {
        using var guard = no_grad();
        sum?.Dispose();
        sum = Residual!.Add(gradient).DetachFromDisposeScope();
        return blocks.Count == 0 ? Rest([]) : [cat([.. blocks.Zip(Split(factor!, block => block.Columns)).Select(each => Matrix(sum, each.First).mm(each.Second).view(-1))], 0)];
    }

    /// <inheritdoc/>
    public override Tensor[] Continue(Tensor[] mixed)
    {
        using var guard = no_grad();
        Keep(mixed[0]);
        next?.Dispose();
        next = zeros(Count, Type, Place).DetachFromDisposeScope();
        List<Tensor> factors = [];
        foreach (var (block, basis_nr) in blocks.Zip(Split(basis!, block => block.Rows)))
        {
            var matrix = Matrix(sum!, block);
            var factor_mr = matrix.t().mm(basis_nr);
            factors.Add(factor_mr.contiguous().view(-1));
            Matrix(next, block).copy_(matrix.sub(basis_nr.mm(factor_mr.t())));
        }

        return Rest(factors);
    }

    /// <inheritdoc/>
    public override Tensor[] Mix(int round, IReadOnlyList<Tensor[]> messages)
    {
        using var guard = no_grad();
        var mean = messages[0][0].clone();
        foreach (var message in messages.Skip(1)) mean.Add_(message[0]);
        if (messages.Count > 1) mean.Mul_(1.0 / messages.Count);
        if (round == 0 && blocks.Count > 0)
        {
            foreach (var columns in Split(mean, block => block.Rows)) Orthonormal.Columns(columns);
            Keep(mean);
        }

        return [mean];
    }

    /// <inheritdoc/>
    public override Tensor Decode(Tensor[] mixed)
    {
        using var guard = no_grad();
        var average = zeros(Count, Type, Place);
        var at = blocks.Sum(block => block.Columns * block.Rank);
        if (blocks.Count > 0)
        {
            mixedFactor?.Dispose();
            mixedFactor = mixed[0].narrow(0, 0, at).clone().DetachFromDisposeScope();
            foreach (var ((block, basis_nr), factor_mr) in blocks.Zip(Split(basis!, block => block.Rows)).Zip(Split(mixedFactor, block => block.Columns)))
                Matrix(average, block).copy_(basis_nr.mm(factor_mr.t()));
        }

        foreach (var (offset, count) in whole)
        {
            average.narrow(0, offset, count).copy_(mixed[0].narrow(0, at, count));
            at += count;
        }

        return average;
    }

    /// <inheritdoc/>
    public override void Commit(bool stepped)
    {
        using var guard = no_grad();
        if (!stepped || blocks.Count == 0) return;
        Residual!.copy_(next!);
        factor!.copy_(mixedFactor!);

        // A direction in which nothing was found would never find anything again: it begins anew.
        foreach (var (columns, first) in Split(factor, block => block.Columns).Zip(Split(start!, block => block.Columns)))
        {
            var empty = columns.abs().sum(0, keepdim: true).Eq(0);
            columns.copy_(first.where(empty, columns));
        }
    }

    private protected override void DisposeMore()
    {
        foreach (var tensor in new[] { start, sum, basis, next, mixedFactor }) tensor?.Dispose();
    }

    private void Keep(Tensor mixed)
    {
        basis?.Dispose();
        basis = mixed.clone().DetachFromDisposeScope();
    }

    /// <summary>The factors, and behind them what travels whole.</summary>
    private Tensor[] Rest(List<Tensor> factors) => [cat([.. factors, .. whole.Select(part => sum!.narrow(0, part.Offset, part.Count))], 0)];

    /// <summary>The part of a parameter that the slice has: rows that it has whole, and what is before and behind them.</summary>
    private void Divide(ParameterSlot slot, ShardRange range, int rank)
    {
        long first = Math.Max(slot.Offset, range.Offset), end = Math.Min(slot.Offset + slot.Count, range.Offset + range.Count);
        if (first >= end) return;
        var columns = slot.Spec.Shape.Length < 2 ? 0 : slot.Count / slot.Spec.Shape[0];
        if (columns > 0)
        {
            long firstRow = (first - slot.Offset + columns - 1) / columns, rows = (end - slot.Offset) / columns - firstRow;
            var least = (int)Math.Min(rank, Math.Min(rows, columns));
            if (least > 0 && (rows + columns) * least < rows * columns)
            {
                var offset = slot.Offset + firstRow * columns;
                Whole(first, offset);
                blocks.Add(new Block($"{slot.Spec.Name}/{firstRow}", offset - range.Offset, rows, columns, least));
                Whole(offset + rows * columns, end);
                return;
            }
        }

        Whole(first, end);

        void Whole(long from, long to)
        {
            if (to > from) whole.Add((from - range.Offset, to - from));
        }
    }

    private static Tensor Matrix(Tensor flat, Block block) => flat.narrow(0, block.Offset, block.Rows * block.Columns).view(block.Rows, block.Columns);

    /// <summary>Views of the blocks' factors, one behind the other in a flat tensor.</summary>
    private IEnumerable<Tensor> Split(Tensor flat, Func<Block, long> rows)
    {
        long at = 0;
        foreach (var block in blocks)
        {
            yield return flat.narrow(0, at, rows(block) * block.Rank).view(rows(block), block.Rank);
            at += rows(block) * block.Rank;
        }
    }

    private sealed record Block(string Name, long Offset, long Rows, long Columns, int Rank);
}
