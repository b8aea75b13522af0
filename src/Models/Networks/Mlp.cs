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
    public Tensor Forward(FlatParameters parameters, Tensor x_BD)
    {
        Tensor h = x_BD;
        for (int layer = 0; layer < _names.Length; layer++)
        {
            (string weight, string bias) = _names[layer];
            h = nn.functional.linear(h, parameters[weight], parameters[bias]);
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

        return MlpPass.Of(this, parameters, x_BD, ownsInput);
    }

    /// <summary>How many layers it has.</summary>
    internal int Layers => _names.Length;

    /// <summary>Outputs of a layer.</summary>
    internal long Width(int layer) => Layout[_names[layer].Bias].Count;

    /// <summary>Writes what a layer gives for some rows, without autograd.</summary>
    internal void Apply(FlatParameters parameters, int layer, Tensor input_BD, Tensor output_BK)
    {
        (string weight, string bias) = _names[layer];
        using Tensor transposed_DK = parameters[weight].t();
        BiasKernel.Fill(parameters[bias], output_BK);
        output_BK.addmm_(input_BD, transposed_DK);
        if (layer < _names.Length - 1)
        {
            ActivationKernel.Apply(Activation, output_BK);
        }
    }

    /// <summary>Adds the weight and bias gradients of some of a layer's outputs, from the gradient of its outputs and its inputs.</summary>
    /// <param name="parameters">Whose gradients.</param>
    /// <param name="layer">Which layer.</param>
    /// <param name="gradient_BK">dL/doutput, contiguous.</param>
    /// <param name="input_BD">What it was given.</param>
    /// <param name="first">The first output.</param>
    /// <param name="count">How many.</param>
    /// <param name="fresh">Whether the gradients so far count as 0.</param>
    internal void Accumulate(FlatParameters parameters, int layer, Tensor gradient_BK, Tensor input_BD, int first, int count, bool fresh)
    {
        (string weight, string bias) = _names[layer];
        using Tensor weightGradient = parameters[weight].grad!;
        using Tensor biasGradient = parameters[bias].grad!;
        using TensorPart weightPart = new(weightGradient, 0, first, count), biasPart = new(biasGradient, 0, first, count), part_BK = new(gradient_BK, 1, first, count);
        using Tensor transposed_KB = part_BK.Tensor.t();
        weightPart.Tensor.addmm_(transposed_KB, input_BD, beta: fresh ? 0 : 1);
        if (fresh)
        {
            biasPart.Tensor.zero_();
        }

        if (ActivationKernel.IsPlain(gradient_BK) && ActivationKernel.IsPlain(biasGradient))
        {
            ColumnSum.Add(gradient_BK, first, biasPart.Tensor);
            return;
        }

        using Tensor sum_K = part_BK.Tensor.sum(0L);
        biasPart.Tensor.Add_(sum_K);
    }

    /// <summary>Writes the gradient of a layer's inputs from that of its outputs.</summary>
    internal void Through(FlatParameters parameters, int layer, Tensor gradient_BK, Tensor into_BD)
    {
        using Tensor weight = parameters[_names[layer].Weight].detach();
        into_BD.addmm_(gradient_BK, weight, beta: 0);
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
