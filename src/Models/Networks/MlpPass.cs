using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models;

/// <summary>
/// One forward pass of an <see cref="Mlp"/> with what its backward pass needs, written out by hand: matrix products go straight into
/// the flat gradient, and activations and their derivatives are one pass over memory each, where autograd would take several and new
/// memory for each. Gradients are those of autograd to rounding.
/// <para>On the CPU each thread of the device's team takes rows of its own through all layers, there and back, and then its own outputs'
/// weights: they meet twice in a backward pass, where products that are each shared by all would let them wait for each other at every
/// layer. How many there are belongs to the result, as for libtorch's own products.</para>
/// </summary>
public sealed class MlpPass : IDisposable
{
    /// <summary>Rows that are worth a thread.</summary>
    private const int LeastRows = 8;

    /// <summary>Rows and outputs are cut at multiples of what the kernels of common BLAS libraries take at a time.</summary>
    private const int Block = 4;

    private readonly Mlp _mlp;
    private readonly FlatParameters _parameters;
    private readonly Tensor[] _inputs;
    private readonly int _firstOwned;
    private readonly int _threads;

    private MlpPass(Mlp mlp, FlatParameters parameters, Tensor[] inputs, Tensor output_BK, bool ownsInput)
    {
        (_mlp, _parameters, _inputs, Output, _firstOwned) = (mlp, parameters, inputs, output_BK, ownsInput ? 0 : 1);
        _threads = output_BK.device_type == DeviceType.CPU ? Math.Max(1, Math.Min(IntraOp.Threads, Rows / LeastRows)) : 1;
    }

    /// <summary>What the network gives, before the output function, shape (B, K), without graph. The pass owns it.</summary>
    public Tensor Output { get; }

    private int Rows => (int)Output.shape[0];

    /// <summary>What the pass owns: the output, the hidden layers, and the network's input where it was given it.</summary>
    internal IEnumerable<Tensor> Tensors => _inputs.Skip(_firstOwned).Append(Output);

    /// <summary>Runs the network.</summary>
    internal static MlpPass Of(Mlp mlp, FlatParameters parameters, Tensor x_BD, bool ownsInput)
    {
        using IDisposable guard = no_grad();
        long rows = x_BD.shape[0];
        Tensor[] outputs = [.. Enumerable.Range(0, mlp.Layers).Select(layer => empty(rows, mlp.Width(layer), x_BD.dtype, x_BD.device))];
        MlpPass pass = new(mlp, parameters, [x_BD, .. outputs[..^1]], outputs[^1], ownsInput);
        pass.InRows(pass.Rows, (first, count) =>
        {
            for (int layer = 0; layer < mlp.Layers; layer++)
            {
                using TensorPart input = new(pass._inputs[layer], 0, first, count), output = new(outputs[layer], 0, first, count);
                mlp.Apply(parameters, layer, input.Tensor, output.Tensor);
            }
        });
        return pass;
    }

    /// <summary>Adds the gradient of the parameters to the flat gradient.</summary>
    /// <param name="gradient_BK">dL/doutput, shape (B, K); not changed.</param>
    /// <param name="needsInput">Whether dL/dx is asked for.</param>
    /// <param name="fresh">Whether the flat gradient so far counts as 0, whatever it holds.</param>
    /// <returns>dL/dx, shape (B, D), which the caller owns; null where it is not asked for.</returns>
    public Tensor? Backward(Tensor gradient_BK, bool needsInput, bool fresh = false)
    {
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        int layers = _inputs.Length, lowest = needsInput ? 0 : 1;
        Tensor[] gradients = [.. _inputs[lowest..].Select(static input => empty_like(input)), gradient_BK.contiguous()];
        InRows(Rows, (first, count) =>
        {
            for (int layer = layers - 1; layer >= lowest; layer--)
            {
                using TensorPart gradient = new(gradients[layer + 1 - lowest], 0, first, count), into = new(gradients[layer - lowest], 0, first, count);
                _mlp.Through(_parameters, layer, gradient.Tensor, into.Tensor);
                if (layer > 0)
                {
                    using TensorPart value = new(_inputs[layer], 0, first, count);
                    ActivationKernel.Backward(_mlp.Activation, value.Tensor, into.Tensor);
                }
            }
        });
        IntraOp.For(layers * _threads, 1, new Ranges((range, _) =>
        {
            using IDisposable own = no_grad();
            int layer = range / _threads;
            (int first, int count) = Cut((int)_mlp.Width(layer), range % _threads);
            if (count > 0)
            {
                _mlp.Accumulate(_parameters, layer, gradients[layer + 1 - lowest], _inputs[layer], first, count, fresh);
            }
        }));
        return needsInput ? gradients[0].MoveToOuterDisposeScope() : null;
    }

    /// <summary>Frees what the pass owns.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in Tensors)
        {
            tensor.Dispose();
        }
    }

    /// <summary>Does rows on each thread.</summary>
    private void InRows(int rows, Action<int, int> work) => IntraOp.For(_threads, 1, new Ranges((part, _) =>
    {
        using IDisposable own = no_grad(); // it belongs to a thread
        (int first, int count) = Cut(rows, part);
        if (count > 0)
        {
            work(first, count);
        }
    }));

    /// <summary>A thread's part of some items.</summary>
    private (int First, int Count) Cut(int items, int part)
    {
        int first = Begin(part);
        return (first, Begin(part + 1) - first);

        int Begin(int index) => index == _threads ? items : items * index / _threads / Block * Block;
    }

    private readonly struct Ranges(Action<int, int> work) : IRangeWork
    {
        public void Run(int first, int count) => work(first, count);
    }
}
