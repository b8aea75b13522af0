using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Dictionaries;

/// <summary>
/// Multinomial logistic regression: a linear classifier for codes. Fitted to all examples at once by accelerated gradient descent with
/// restarts (Nesterov 1983; O'Donoghue, Candès 2015), from 0, with a step length that the features' largest eigenvalue gives: nothing
/// is drawn, so that the same features give the same classifier.
/// </summary>
public sealed class SoftmaxRegression : IDisposable
{
    private SoftmaxRegression(Tensor weight_FC) => Weight_FC = weight_FC;

    /// <summary>Weights with the biases as last row, shape (F + 1, C).</summary>
    public Tensor Weight_FC { get; }

    /// <summary>Minimizes the mean of −log p(label) + ½λ‖W‖².</summary>
    /// <param name="x_NF">Features, float32 or float64.</param>
    /// <param name="label_N">Labels from 0, int64.</param>
    /// <param name="classes">C, at least 2.</param>
    /// <param name="decay">λ, above 0; biases are decayed too, which makes the minimum one.</param>
    /// <param name="iterations">Gradient steps at most.</param>
    /// <exception cref="ArgumentException">Sizes do not fit, or a label is not one of the classes.</exception>
    public static SoftmaxRegression Fit(Tensor x_NF, Tensor label_N, int classes, double decay = 1e-4, int iterations = 300)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(decay);
        if (x_NF.shape[0] != label_N.shape[0] || label_N.min().AsInt64() < 0 || label_N.max().AsInt64() >= classes)
        {
            throw new ArgumentException($"{label_N.shape[0]} labels for {x_NF.shape[0]} examples: there must be one each, from 0 to {classes - 1}", nameof(label_N));
        }

        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = no_grad();
        Tensor wide_NF = Widen(x_NF);
        Tensor target_NC = zeros([x_NF.shape[0], classes], x_NF.dtype, x_NF.device).scatter_(1, label_N.unsqueeze(1), ones([x_NF.shape[0], 1], x_NF.dtype, x_NF.device));

        // The Hessian of log-softmax is at most a half (Böhning 1992).
        double length = 1 / ((0.5 * linalg.eigvalsh(wide_NF.t().mm(wide_NF).Div(x_NF.shape[0])).max().to(ScalarType.Float64).AsDouble()) + decay);
        Tensor weight_FC = zeros([wide_NF.shape[1], classes], x_NF.dtype, x_NF.device), ahead_FC = zeros_like(weight_FC);
        double momentum = 1;
        for (int i = 0; i < iterations; i++)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor miss_NC = nn.functional.softmax(wide_NF.mm(ahead_FC), 1) - target_NC;
            Tensor next_FC = ahead_FC - wide_NF.t().mm(miss_NC).Div(x_NF.shape[0]).Add(ahead_FC.Mul(decay)).Mul(length);
            Tensor step_FC = next_FC - weight_FC;
            momentum = ((ahead_FC - next_FC) * step_FC).sum().to(ScalarType.Float64).AsDouble() > 0 ? 1 : momentum;
            double grown = (1 + Math.Sqrt(1 + (4 * momentum * momentum))) / 2;
            ahead_FC.copy_(next_FC.Add(step_FC.Mul((momentum - 1) / grown)));
            weight_FC.copy_(next_FC);
            momentum = grown;
        }

        return new SoftmaxRegression(weight_FC.DetachFromDisposeScope());
    }

    /// <summary>The most probable class of each example, shape (N), int64; the caller owns it.</summary>
    public Tensor Classify(Tensor x_NF)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = no_grad();
        return Widen(x_NF).mm(Weight_FC).argmax(1).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the weights.</summary>
    public void Dispose() => Weight_FC.Dispose();

    private static Tensor Widen(Tensor x_NF) => cat([x_NF, ones([x_NF.shape[0], 1], x_NF.dtype, x_NF.device)], 1);
}
