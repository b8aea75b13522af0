using System.Globalization;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models;

/// <summary>
/// A multilayer perceptron: affine layers with an activation between them and an output function after the last.
/// Parameters carry the names that <c>torch.nn.Sequential(Linear, Activation, Linear, …)</c> would give them
/// (<c>0.weight</c>, <c>0.bias</c>, <c>2.weight</c>, …) and start from the distribution of <c>torch.nn.Linear</c>,
/// U(−1/√fan-in, 1/√fan-in), so that an exported file loads there as it is.
/// </summary>
public sealed class Mlp : INetwork
{
    private readonly OutputKind _output;
    private readonly (string Weight, string Bias)[] _names;

    /// <summary>Lays out a perceptron.</summary>
    /// <param name="inputs">Elements of one input, at least 1.</param>
    /// <param name="hidden">Units of each hidden layer, each at least 1; may be empty.</param>
    /// <param name="outputs">Elements of one output, at least 1.</param>
    /// <param name="activation">The function after every hidden layer.</param>
    /// <param name="output">The function after the last layer.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public Mlp(long inputs, IReadOnlyList<int> hidden, long outputs, Activation activation, OutputKind output)
    {
        Inputs = inputs;
        Outputs = outputs;
        Activation = activation;
        _output = output;
        long[] widths = [inputs, .. hidden.Select(width => (long)width), outputs];
        foreach (long width in widths)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        }

        _names = [.. Enumerable.Range(0, widths.Length - 1).Select(Names)];
        Layout = new ParameterLayout(_names.SelectMany((names, layer) => Specs(names, widths[layer], widths[layer + 1])));
        LayerOffsets = [.. _names.Select(names => Layout[names.Weight].Offset)];
    }

    /// <inheritdoc/>
    public ParameterLayout Layout { get; }

    /// <inheritdoc/>
    public long Inputs { get; }

    /// <inheritdoc/>
    public long Outputs { get; }

    /// <summary>The function after every hidden layer.</summary>
    public Activation Activation { get; }

    /// <inheritdoc/>
    public bool RowsAreIndependent => true;

    /// <inheritdoc/>
    public IReadOnlyList<long> LayerOffsets { get; }

    /// <inheritdoc/>
    public Tensor Forward(FlatParameters parameters, Tensor x_BD) => Forward(new NetworkPass(parameters), x_BD);

    /// <inheritdoc/>
    public Tensor Forward(NetworkPass pass, Tensor x_BD)
    {
        FlatParameters parameters = pass.Parameters;
        Tensor h = x_BD;
        for (int layer = 0; layer < _names.Length; layer++)
        {
            (string weight, string bias) = _names[layer];
            h = nn.functional.linear(pass.Parts?.Before(this, layer, h) ?? h, parameters[weight], parameters[bias]);
            h = layer < _names.Length - 1 ? Activation.Apply(h) : Models.Activation.ApplyOutput(_output, h);
        }

        return h;
    }

    /// <summary>A forward pass without autograd, for networks whose output is linear; its backward pass is written by hand.</summary>
    /// <param name="parameters">Values for <see cref="Layout"/>.</param>
    /// <param name="x_BD">Shape (B, D); it must stay as it is until the backward pass.</param>
    /// <param name="ownsInput">Whether the pass frees x in the end.</param>
    /// <exception cref="InvalidOperationException">The network ends in an output function.</exception>
    public MlpPass Run(FlatParameters parameters, Tensor x_BD, bool ownsInput = false)
    {
        if (_output != OutputKind.Linear)
        {
            throw new InvalidOperationException($"A network that ends in {_output} runs with autograd.");
        }

        using IDisposable guard = no_grad();
        Tensor[] inputs = new Tensor[_names.Length];
        Tensor h = x_BD;
        for (int layer = 0; layer < _names.Length; layer++)
        {
            inputs[layer] = h;
            (string weight, string bias) = _names[layer];
            h = nn.functional.linear(h, parameters[weight], parameters[bias]);
            if (layer < _names.Length - 1)
            {
                ActivationKernel.Apply(Activation, h);
            }
        }

        return new MlpPass(this, parameters, inputs, h, ownsInput);
    }

    /// <summary>Adds a layer's weight and bias gradients, from the gradient of its outputs and its inputs.</summary>
    internal void Accumulate(FlatParameters parameters, int layer, Tensor gradient_BK, Tensor input_BD)
    {
        (string weight, string bias) = _names[layer];
        using Tensor weightGradient = parameters[weight].grad!;
        using Tensor biasGradient = parameters[bias].grad!;
        using Tensor transposed_KB = gradient_BK.t();
        weightGradient.addmm_(transposed_KB, input_BD);
        if (ActivationKernel.IsPlain(gradient_BK) && ActivationKernel.IsPlain(biasGradient))
        {
            ColumnSum.Add(gradient_BK, biasGradient);
            return;
        }

        using Tensor sum_K = gradient_BK.sum(0L);
        biasGradient.Add_(sum_K);
    }

    /// <summary>The gradient of a layer's inputs from that of its outputs.</summary>
    internal Tensor Through(FlatParameters parameters, int layer, Tensor gradient_BK)
    {
        using Tensor weight = parameters[_names[layer].Weight].detach();
        return gradient_BK.mm(weight);
    }

    private static (string Weight, string Bias) Names(int layer)
    {
        string position = (2 * layer).ToString(CultureInfo.InvariantCulture);
        return (position + ".weight", position + ".bias");
    }

    private static IEnumerable<ParameterSpec> Specs((string Weight, string Bias) names, long inputs, long outputs)
    {
        Initializer initial = Initializer.KaimingUniformFanIn(inputs);
        yield return new ParameterSpec(names.Weight, [outputs, inputs], initial);
        yield return new ParameterSpec(names.Bias, [outputs], initial);
    }
}
