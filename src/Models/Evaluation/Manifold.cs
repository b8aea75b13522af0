using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Evaluation;

/// <summary>
/// An estimate of where a set of examples lies: the union of balls about them, each reaching to its k-th nearest neighbour
/// (Kynkäänniemi, Karras, Laine, Lehtinen and Aila 2019, arXiv:1904.06991). The share of samples within the manifold of data is their
/// precision, that of data within the manifold of samples their recall. Owns its tensors, in float64.
/// </summary>
public sealed class Manifold : IDisposable
{
    /// <summary>Rows whose distances to all examples are held at once, and the most that one call looks at.</summary>
    public const int Block = 500;

    private readonly Tensor _examples_NF;
    private readonly Tensor _radii_N;
    private readonly int _k;
    private long _measured;

    /// <summary>Takes the examples; the balls are measured block after block.</summary>
    /// <param name="examples_NF">More than <paramref name="k"/> examples.</param>
    /// <param name="k">Which neighbour a ball reaches to; 3 in the paper.</param>
    /// <exception cref="ArgumentException">There are too few examples.</exception>
    public Manifold(Tensor examples_NF, int k = 3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        if (examples_NF.shape[0] <= k)
        {
            throw new ArgumentException($"Of {examples_NF.shape[0]} examples none has {k} neighbours.", nameof(examples_NF));
        }

        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        _k = k;
        _examples_NF = examples_NF.to(ScalarType.Float64, copy: true).DetachFromDisposeScope();
        _radii_N = zeros(examples_NF.shape[0], ScalarType.Float64, examples_NF.device).DetachFromDisposeScope();
    }

    /// <summary>Measures the next balls; false when there are none left.</summary>
    public bool Measure()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        long count = Math.Min(Block, _examples_NF.shape[0] - _measured);
        if (count == 0)
        {
            return false;
        }

        // The nearest is the example itself, of which rounding may leave a distance.
        (Tensor reach_B, _) = Squares(_examples_NF.narrow(0, _measured, count)).kthvalue(_k + 1, 1);
        _radii_N.narrow(0, _measured, count).copy_(reach_B);
        _measured += count;
        return _measured < _examples_NF.shape[0];
    }

    /// <summary>How many points lie in a ball, once all are measured.</summary>
    /// <param name="points_BF">At most <see cref="Block"/> points of as many elements as the examples.</param>
    public long Inside(Tensor points_BF)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        return _measured == _examples_NF.shape[0]
            ? Squares(points_BF.to(ScalarType.Float64)).le(_radii_N).any(1).sum().AsInt64()
            : throw new InvalidOperationException("Not all balls have been measured.");
    }

    /// <summary>Frees examples and radii.</summary>
    public void Dispose()
    {
        _examples_NF.Dispose();
        _radii_N.Dispose();
    }

    /// <summary>Squared distances from all examples, shape (B, N).</summary>
    private Tensor Squares(Tensor points_BF) =>
        (points_BF.Pow(2).sum(1L, keepdim: true).Add(_examples_NF.Pow(2).sum(1L)) - points_BF.mm(_examples_NF.t()).Mul(2)).ClampMin(0);
}
