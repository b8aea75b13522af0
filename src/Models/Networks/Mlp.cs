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
    private readonly Activation _activation;
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
        _activation = activation;
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
            h = layer < _names.Length - 1 ? _activation.Apply(h) : Activation.ApplyOutput(_output, h);
        }

        return h;
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
