using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Numerics;

/// <summary>
/// How large a step is: sums of squares of the gradient, of the change that it made, and of the values after it, in float64. The step's
/// bits are those of a plain one: on the CPU in float32 the values are copied, stepped and compared piece by piece while they are in
/// the cache, elsewhere as a whole.
/// </summary>
public sealed class UpdateNorms
{
    /// <summary>Elements of a piece: values, copy and gradient stay in a core's second cache.</summary>
    private const int Piece = 1 << 14;

    /// <summary>Σ g², of the gradient before clipping.</summary>
    public double Gradient { get; private set; }

    /// <summary>Σ (θ' − θ)².</summary>
    public double Change { get; private set; }

    /// <summary>Σ θ'².</summary>
    public double Values { get; private set; }

    /// <summary>One whole step with its sums.</summary>
    /// <param name="optimizer">Steps the values.</param>
    /// <param name="values">Parameters, shape [Count], contiguous.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="scale">Factor from clipping.</param>
    /// <param name="limit">Called with the values that were stepped, to keep them within bounds; null for none.</param>
    public void Step(FlatOptimizer optimizer, Tensor values, Tensor gradients, double scale, Action<Tensor>? limit)
    {
        if (optimizer.StepsInParts)
        {
            StepPart(optimizer, values, gradients, 0, scale, limit);
            optimizer.EndStep();
            return;
        }

        using IDisposable guard = no_grad();
        using Tensor before = values.clone();
        Gradient += GradientNorm.SumOfSquares(gradients);
        optimizer.Step(values, gradients, scale);
        limit?.Invoke(values);
        Values += GradientNorm.SumOfSquares(values);
        before.sub_(values);
        Change += GradientNorm.SumOfSquares(before);
    }

    /// <summary>The step of some elements, as <see cref="FlatOptimizer.StepPart"/> takes it; <c>EndStep</c> is the caller's.</summary>
    /// <param name="optimizer">Steps the values; it can in parts.</param>
    /// <param name="values">All parameters.</param>
    /// <param name="gradients">The part's gradients.</param>
    /// <param name="offset">The part's first element.</param>
    /// <param name="scale">Factor from clipping.</param>
    /// <param name="limit">Called with the values that were stepped; null for none.</param>
    public void StepPart(FlatOptimizer optimizer, Tensor values, Tensor gradients, long offset, double scale, Action<Tensor>? limit)
    {
        float[] copy = new float[Math.Min(Piece, gradients.NumberOfElements)];
        for (long at = 0; at < gradients.NumberOfElements; at += Piece)
        {
            long count = Math.Min(Piece, gradients.NumberOfElements - at);
            using Tensor gradient = gradients.narrow(0, at, count), part = values.narrow(0, offset + at, count);
            Span<float> after = part.AsFloats(), before = copy.AsSpan(0, (int)count);
            after.CopyTo(before);
            optimizer.StepPart(values, gradient, offset + at, scale);
            limit?.Invoke(part);
            Add(before, after, gradient.AsFloats());
        }
    }

    private void Add(ReadOnlySpan<float> before, ReadOnlySpan<float> after, ReadOnlySpan<float> gradient)
    {
        Vector256<double> g = default, c = default, v = default;
        int i = 0;
        for (; i <= after.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            (Vector256<double> low, Vector256<double> high) = Vector256.Widen(Vector256.Create(gradient[i..]));
            g += (low * low) + (high * high);
            Vector256<float> now = Vector256.Create(after[i..]);
            (low, high) = Vector256.Widen(now);
            v += (low * low) + (high * high);
            (low, high) = Vector256.Widen(now - Vector256.Create(before[i..]));
            c += (low * low) + (high * high);
        }

        (double gradients, double changes, double values) = (Vector256.Sum(g), Vector256.Sum(c), Vector256.Sum(v));
        for (; i < after.Length; i++)
        {
            double change = after[i] - before[i];
            gradients += (double)gradient[i] * gradient[i];
            values += (double)after[i] * after[i];
            changes += change * change;
        }

        Gradient += gradients;
        Change += changes;
        Values += values;
    }
}
