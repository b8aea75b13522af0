using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models;

/// <summary>
/// One forward pass of an <see cref="Mlp"/> with what its backward pass needs, written out by hand: matrix products go straight into
/// the flat gradient, and activations and their derivatives are one pass over memory each, where autograd would take several and new
/// memory for each. Gradients are those of autograd to rounding.
/// </summary>
public sealed class MlpPass : IDisposable
{
    private readonly Mlp _mlp;
    private readonly FlatParameters _parameters;
    private readonly Tensor[] _inputs;
    private readonly int _firstOwned;

    internal MlpPass(Mlp mlp, FlatParameters parameters, Tensor[] inputs, Tensor output_BK, bool ownsInput)
    {
        (_mlp, _parameters, _inputs, Output, _firstOwned) = (mlp, parameters, inputs, output_BK, ownsInput ? 0 : 1);
    }

    /// <summary>What the network gives, before the output function, shape (B, K), without graph. The pass owns it.</summary>
    public Tensor Output { get; }

    /// <summary>Adds the gradient of the parameters to the flat gradient.</summary>
    /// <param name="gradient_BK">dL/doutput, shape (B, K); not changed.</param>
    /// <param name="needsInput">Whether dL/dx is asked for.</param>
    /// <returns>dL/dx, shape (B, D), which the caller owns; null where it is not asked for.</returns>
    public Tensor? Backward(Tensor gradient_BK, bool needsInput)
    {
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor gradient = gradient_BK;
        for (int layer = _inputs.Length - 1; layer >= 0; layer--)
        {
            _mlp.Accumulate(_parameters, layer, gradient, _inputs[layer]);
            if (layer == 0 && !needsInput)
            {
                return null;
            }

            gradient = _mlp.Through(_parameters, layer, gradient);
            if (layer > 0)
            {
                ActivationKernel.Backward(_mlp.Activation, _inputs[layer], gradient);
            }
        }

        return gradient.MoveToOuterDisposeScope();
    }

    /// <summary>What the pass owns: the output, the hidden layers, and the network's input where it was given it.</summary>
    internal IEnumerable<Tensor> Tensors => _inputs.Skip(_firstOwned).Append(Output);

    /// <summary>Frees what the pass owns.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in Tensors)
        {
            tensor.Dispose();
        }
    }
}
