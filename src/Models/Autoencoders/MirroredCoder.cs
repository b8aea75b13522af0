using System.Globalization;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Autoencoders;

/// <summary>
/// Fully connected layers D, h₁, …, Z and back, as functions of single layers, so that weights may be tied and layers train one by one.
/// Names are those of <see cref="Mlp"/>; with tied weights the decoder has biases only.
/// </summary>
internal sealed class MirroredCoder
{
    private readonly long[] _widths;
    private readonly Activation _activation;
    private readonly OutputKind _code;
    private readonly bool _tied;

    public MirroredCoder(long inputs, IReadOnlyList<int> hidden, int latent, int outputsPerElement, Activation activation, OutputKind code, bool tied)
    {
        if (tied && outputsPerElement != 1)
        {
            throw new ArgumentException("Tied weights need one output for each input: the variance of the reconstruction cannot be predicted.");
        }

        (_activation, _code, _tied) = (activation, code, tied);
        _widths = [inputs, .. hidden.Select(width => (long)width), latent];
        foreach (long width in _widths)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        }

        Encoder = [.. Enumerable.Range(0, Layers).SelectMany(layer => Specs(layer, _widths[layer], _widths[layer + 1], false))];
        Decoder = [.. Enumerable.Range(0, Layers).SelectMany(layer => Specs(
            layer, _widths[Layers - layer], _widths[Layers - layer - 1] * (layer == Layers - 1 ? outputsPerElement : 1), tied))];
    }

    /// <summary>Layers of each half.</summary>
    public int Layers => _widths.Length - 1;

    public IReadOnlyList<ParameterSpec> Encoder { get; }

    public IReadOnlyList<ParameterSpec> Decoder { get; }

    /// <summary>The encoder's layers from one to before another.</summary>
    public Tensor Encode(FlatParameters encoder, Tensor x, int first, int end)
    {
        for (int layer = first; layer < end; layer++)
        {
            x = nn.functional.linear(x, encoder[Name(layer, "weight")], encoder[Name(layer, "bias")]);
            x = layer == Layers - 1 ? Activation.ApplyOutput(_code, x) : _activation.Apply(x);
        }

        return x;
    }

    /// <summary>The decoder's layers; layer l mirrors the encoder's layer L − 1 − l. The last one's outputs are those of the likelihood.</summary>
    public Tensor Decode(FlatParameters decoder, FlatParameters? encoder, Tensor z, int first, int end)
    {
        for (int layer = first; layer < end; layer++)
        {
            Tensor weight = _tied ? encoder![Name(Layers - 1 - layer, "weight")].t() : decoder[Name(layer, "weight")];
            z = nn.functional.linear(z, weight, decoder[Name(layer, "bias")]);
            z = layer == Layers - 1 ? z : _activation.Apply(z);
        }

        return z;
    }

    public static string Name(int layer, string part) => (2 * layer).ToString(CultureInfo.InvariantCulture) + "." + part;

    private static IEnumerable<ParameterSpec> Specs(int layer, long inputs, long outputs, bool biasOnly)
    {
        Initializer initial = Initializer.KaimingUniformFanIn(inputs);
        if (!biasOnly)
        {
            yield return new ParameterSpec(Name(layer, "weight"), [outputs, inputs], initial);
        }

        yield return new ParameterSpec(Name(layer, "bias"), [outputs], initial);
    }
}
