using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models;

/// <summary>
/// A network's backward pass in parts, from the last layers to the first, so that the gradient of the last ones can leave while that of
/// the others is still being computed. The forward pass is cut in front of some layers: what comes in there is detached and becomes a leaf,
/// and each part of the backward pass begins with the gradients that the part before left at those leaves. Autograd does the same
/// additions in the same order as without cuts, so the bits are those of the undivided pass. For one forward and backward pass.
/// </summary>
public sealed class PassParts : IDisposable
{
    private readonly INetwork _network;
    private readonly Cut[] _cuts;

    private PassParts(INetwork network, Cut[] cuts)
    {
        (_network, _cuts) = (network, cuts);
        From = [.. cuts.Select(cut => cut.From), 0];
    }

    /// <summary>Where the parts begin in the flat gradient, from the last one down: after part i all elements from <c>From[i]</c> on are final.</summary>
    public IReadOnlyList<long> From { get; }

    /// <summary>The parts of a network's pass that make the elements from each of some offsets on final as early as layers allow.</summary>
    /// <param name="network">The network.</param>
    /// <param name="offsets">Elements of its flat gradient.</param>
    /// <returns>Null where the pass has one part only.</returns>
    public static PassParts? Of(INetwork network, IEnumerable<long> offsets)
    {
        IReadOnlyList<long> layers = network.LayerOffsets;
        Cut[] cuts = [.. offsets.Select(offset => Layer(layers, offset)).Where(layer => layer >= 0 && layers[layer] > 0)
            .Distinct().OrderDescending().Select(layer => new Cut(layer, layers[layer]))];
        return cuts.Length > 0 ? new PassParts(network, cuts) : null;
    }

    /// <summary>The backward pass of a part behind the first, which is that of the loss.</summary>
    /// <param name="part">From 1 on; each once, in order.</param>
    public void Backward(int part)
    {
        using DisposeScope scope = NewDisposeScope();
        using Cut cut = _cuts[part - 1];
        autograd.backward([.. cut.Outputs], [.. cut.Leaves.Select(leaf => leaf.grad!)], retain_graph: false, create_graph: false, inputs: null);
    }

    /// <summary>Frees the graphs of parts that were not walked; on the device's thread.</summary>
    public void Dispose()
    {
        foreach (Cut cut in _cuts)
        {
            cut.Dispose();
        }
    }

    /// <summary>What a layer of the network gets to compute with: its input, or a leaf in its place.</summary>
    internal Tensor Before(INetwork network, int layer, Tensor input)
    {
        if (network != _network || !input.requires_grad || Array.Find(_cuts, each => each.Layer == layer) is not { } cut)
        {
            return input;
        }

        Tensor leaf = input.detach().requires_grad_(true).DetachFromDisposeScope();
        cut.Outputs.Add(input.DetachFromDisposeScope());
        cut.Leaves.Add(leaf);
        return leaf;
    }

    /// <summary>The last layer that begins at an offset or before it.</summary>
    private static int Layer(IReadOnlyList<long> layers, long offset)
    {
        int layer = layers.Count - 1;
        while (layer >= 0 && layers[layer] > offset)
        {
            layer--;
        }

        return layer;
    }

    private sealed record Cut(int Layer, long From) : IDisposable
    {
        public List<Tensor> Outputs { get; } = [];

        public List<Tensor> Leaves { get; } = [];

        public void Dispose()
        {
            foreach (Tensor tensor in Outputs.Concat(Leaves))
            {
                tensor.Dispose();
            }

            Outputs.Clear();
            Leaves.Clear();
        }
    }
}
