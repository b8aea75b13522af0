using System.Globalization;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Models;

/// <summary>
/// Layers one after the other. Parameters carry the names that <c>torch.nn.Sequential</c> would give them (<c>0.weight</c>,
/// <c>0.bias</c>, <c>3.weight</c>, …) and start as PyTorch's layers do.
/// </summary>
public sealed class LayerNetwork : INetwork
{
    private readonly Layer[] _layers;
    private readonly string[] _prefixes;
    private readonly long[] _inputShape;
    private readonly OutputKind _output;

    /// <summary>Lays out the network.</summary>
    /// <param name="inputShape">The shape of one input: (C, H, W) for images, (D) for vectors.</param>
    /// <param name="layers">The layers in order; at least one has parameters.</param>
    /// <param name="output">The function after the last layer.</param>
    /// <param name="name">What comes before the names of its parameters where it is part of another network, as "encoder."; else empty.</param>
    /// <exception cref="ArgumentException">The layers do not fit each other or the inputs.</exception>
    public LayerNetwork(long[] inputShape, IEnumerable<Layer> layers, OutputKind output = OutputKind.Linear, string name = "")
    {
        _layers = [.. layers];
        _prefixes = [.. Enumerable.Range(0, _layers.Length).Select(layer => name + layer.ToString(CultureInfo.InvariantCulture) + ".")];
        _inputShape = inputShape;
        _output = output;
        Inputs = Product(inputShape);
        List<ParameterSpec> parameters = [], memory = [];
        List<int> first = [];
        long[] shape = inputShape;
        for (int i = 0; i < _layers.Length; i++)
        {
            first.Add(parameters.Count);
            foreach (ParameterSpec spec in _layers[i].Parameters(shape))
            {
                parameters.Add(spec with { Name = _prefixes[i] + spec.Name });
            }

            memory.AddRange(_layers[i].Memory(shape).Select(spec => spec with { Name = _prefixes[i] + spec.Name }));
            shape = _layers[i].OutputShape(shape);
        }

        OutputShape = [.. shape];
        Outputs = Product(shape);
        Layout = new ParameterLayout(parameters);
        LayerOffsets = [.. first.Select(slot => slot < Layout.Slots.Count ? Layout.Slots[slot].Offset : Layout.Count)];
        Memory = memory.Count > 0 ? new ParameterLayout(memory) : null;
        RowsAreIndependent = _layers.All(layer => layer.RowsAreIndependent);
    }

    /// <inheritdoc/>
    public ParameterLayout Layout { get; }

    /// <inheritdoc/>
    public long Inputs { get; }

    /// <inheritdoc/>
    public long Outputs { get; }

    /// <summary>The shape of one output, without the batch.</summary>
    public IReadOnlyList<long> OutputShape { get; }

    /// <inheritdoc/>
    public bool RowsAreIndependent { get; }

    /// <inheritdoc/>
    public ParameterLayout? Memory { get; }

    /// <inheritdoc/>
    public IReadOnlyList<long> LayerOffsets { get; }

    /// <inheritdoc/>
    public Tensor Forward(FlatParameters parameters, Tensor x_BD) => Forward(new NetworkPass(parameters), x_BD);

    /// <inheritdoc/>
    public Tensor Forward(NetworkPass pass, Tensor x_BD)
    {
        Tensor h = _inputShape.Length == 1 ? x_BD : x_BD.view([x_BD.shape[0], .. _inputShape]);
        for (int i = 0; i < _layers.Length; i++)
        {
            h = _layers[i].Apply(pass, _prefixes[i], pass.Parts?.Before(this, i, h) ?? h);
        }

        return Activation.ApplyOutput(_output, h.dim() > 2 ? h.flatten(1) : h);
    }

    private static long Product(long[] shape) => shape.Aggregate(1L, (product, side) => product * side);
}
