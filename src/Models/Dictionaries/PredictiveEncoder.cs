// Predictive sparse decomposition.
//
// Kavukcuoglu, Ranzato, LeCun: "Fast Inference in Sparse Coding Algorithms with Applications to Object Recognition", CBLL-TR-2008-12-01,
// arXiv:1010.3467. Beside the dictionary an encoder learns to predict the codes, p = g·tanh(Wx + b), so that afterwards one product gives
// what optimization gave. Its loss is ½‖h − p‖²; with attachment γ > 0 the codes in turn are drawn to what was predicted (equation 4).
//
// The paper's codes of 12x12 patches have 256 atoms and γ = 1. The second encoder is the first layer of LISTA (Gregor, LeCun: "Learning Fast
// Approximations of Sparse Coding", ICML 2010): shrinkage by a learned threshold, which, unlike tanh, can say exactly 0.
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Dictionaries;

/// <summary>The function that predicts codes.</summary>
public enum PredictorKind
{
    /// <summary>g·tanh(Wx + b), a gain g for each atom.</summary>
    Tanh,

    /// <summary>Wx shrunk by softplus(t), a threshold for each atom.</summary>
    Shrink,
}

/// <summary>Predicts the codes of signals: an encoder for a dictionary.</summary>
public sealed class PredictiveEncoder : INetwork
{
    private readonly PredictorKind _kind;
    private readonly bool _nonNegative;

    /// <summary>Lays out the encoder.</summary>
    /// <param name="kind">Its function.</param>
    /// <param name="inputs">D, elements of a signal, at least 1.</param>
    /// <param name="atoms">K, elements of a code, at least 1.</param>
    /// <param name="nonNegative">Whether predictions, like the codes, are at least 0.</param>
    public PredictiveEncoder(PredictorKind kind, int inputs, int atoms, bool nonNegative = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(atoms, 1);
        (_kind, _nonNegative, Inputs, Outputs) = (kind, nonNegative, inputs, atoms);
        ParameterSpec weight = new("weight", [atoms, inputs], Initializer.KaimingUniformFanIn(inputs));
        Layout = kind switch
        {
            PredictorKind.Tanh => new ParameterLayout(
            [
                weight, new ParameterSpec("bias", [atoms], new ConstantInitializer(0)), new ParameterSpec("gain", [atoms], new ConstantInitializer(1)),
            ]),

            // softplus(−2) = 0.13, near the usual penalty.
            PredictorKind.Shrink => new ParameterLayout([weight, new ParameterSpec("threshold", [atoms], new ConstantInitializer(-2))]),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "unknown encoder"),
        };
    }

    /// <inheritdoc/>
    public ParameterLayout Layout { get; }

    /// <inheritdoc/>
    public long Inputs { get; }

    /// <inheritdoc/>
    public long Outputs { get; }

    /// <inheritdoc/>
    public bool RowsAreIndependent => true;

    /// <inheritdoc/>
    public Tensor Forward(FlatParameters parameters, Tensor x_BD)
    {
        if (_kind == PredictorKind.Tanh)
        {
            Tensor p_BK = nn.functional.linear(x_BD, parameters["weight"], parameters["bias"]).tanh() * parameters["gain"];
            return _nonNegative ? nn.functional.relu(p_BK) : p_BK;
        }

        Tensor v_BK = x_BD.mm(parameters["weight"].t()), threshold_K = parameters["threshold"].Softplus();
        Tensor above_BK = nn.functional.relu(v_BK - threshold_K);
        return _nonNegative ? above_BK : above_BK - nn.functional.relu(-v_BK - threshold_K);
    }

    /// <summary>What the encoder predicts now, without history, shape (B, K); the caller owns it.</summary>
    public Tensor Predict(FlatParameters parameters, Tensor x_BD)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = no_grad();
        return Forward(parameters, x_BD).MoveToOuterDisposeScope();
    }

    /// <summary>Adds the gradient of ½‖h − p‖², mean over the batch, to the parameters' flat gradient.</summary>
    /// <param name="parameters">The encoder's.</param>
    /// <param name="x_BD">Signals.</param>
    /// <param name="code_BK">Their codes, without history.</param>
    /// <returns>The loss.</returns>
    public double Learn(FlatParameters parameters, Tensor x_BD, Tensor code_BK)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor miss_BK = code_BK.detach() - Forward(parameters, x_BD);
        Tensor loss = (miss_BK * miss_BK).sum().Mul(0.5).Div(x_BD.shape[0]);
        loss.backward();
        return loss.AsDouble();
    }
}
