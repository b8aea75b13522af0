using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Evaluation;

/// <summary>The examples nearest to some points by Euclidean distance, kept while examples come by block after block. Owns its tensors.</summary>
public sealed class NearestExamples : IDisposable
{
    private readonly Tensor _points_QD;
    private readonly Tensor _norms_Q1;
    private readonly int _count;
    private Tensor? _squares_QK;
    private Tensor? _indices_QK;

    /// <summary>Begins with no example.</summary>
    /// <param name="points_QD">The points.</param>
    /// <param name="count">How many neighbours of each are kept, K.</param>
    public NearestExamples(Tensor points_QD, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        using IDisposable guard = no_grad();
        _points_QD = points_QD.to(ScalarType.Float64).clone().DetachFromDisposeScope();
        _norms_Q1 = _points_QD.Pow(2).sum(1L, keepdim: true).DetachFromDisposeScope();
        _count = count;
    }

    /// <summary>Looks at the next examples.</summary>
    /// <param name="examples_BD">They count on from those before.</param>
    /// <param name="first">The number of the first of them.</param>
    public void Add(Tensor examples_BD, long first)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        Tensor wide_BD = examples_BD.to(ScalarType.Float64);
        Tensor squares_QB = (_norms_Q1.Add(wide_BD.Pow(2).sum(1L)) - _points_QD.mm(wide_BD.t()).Mul(2)).ClampMin(0);
        Tensor indices_QB = TensorArithmetic.Arange(first, first + wide_BD.shape[0], ScalarType.Int64, wide_BD.device).expand(squares_QB.shape[0], wide_BD.shape[0]);
        if (_squares_QK is not null)
        {
            (squares_QB, indices_QB) = (cat([_squares_QK, squares_QB], 1), cat([_indices_QK!, indices_QB], 1));
        }

        int kept = (int)Math.Min(_count, squares_QB.shape[1]);
        (Tensor least_QK, Tensor place_QK) = squares_QB.topk(kept, 1, largest: false, sorted: true);
        Tensor chosen_QK = indices_QB.gather(1, place_QK);
        Forget();
        (_squares_QK, _indices_QK) = (least_QK.DetachFromDisposeScope(), chosen_QK.DetachFromDisposeScope());
    }

    /// <summary>The numbers of each point's nearest examples, the nearest first: points × <see cref="Kept"/>.</summary>
    public long[] Indices => Seen(_indices_QK).cpu().contiguous().data<long>().ToArray();

    /// <summary>How many neighbours each point has.</summary>
    public int Kept => (int)Seen(_indices_QK).shape[1];

    /// <summary>The mean over the points of the distance to the nearest example.</summary>
    public double MeanDistance()
    {
        using DisposeScope scope = NewDisposeScope();
        return Seen(_squares_QK).select(1, 0).sqrt().mean().AsDouble();
    }

    /// <summary>Frees the points and what was found.</summary>
    public void Dispose()
    {
        Forget();
        _points_QD.Dispose();
        _norms_Q1.Dispose();
    }

    private void Forget()
    {
        _squares_QK?.Dispose();
        _indices_QK?.Dispose();
    }

    private static Tensor Seen(Tensor? found) => found ?? throw new InvalidOperationException("No example has come by yet.");
}
