using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Models;

/// <summary>
/// A network: a function over a parameter layout. It owns no tensor; the values are views into a role's flat buffer,
/// so one network serves any number of replicas and shards.
/// </summary>
public interface INetwork
{
    /// <summary>Names, shapes and initial distributions of the parameters, in the order of the flat buffer.</summary>
    ParameterLayout Layout { get; }

    /// <summary>Elements of one input, D.</summary>
    long Inputs { get; }

    /// <summary>Elements of one output, K.</summary>
    long Outputs { get; }

    /// <summary>
    /// True where a row of the output depends on the same row of the input alone (no batch statistics):
    /// then real and generated batches may pass in one go without a change of value.
    /// </summary>
    bool RowsAreIndependent { get; }

    /// <summary>
    /// What the network remembers beside its parameters, which no optimizer steps: the vectors of spectral normalization. A pass writes
    /// value − new value into their gradients, so that plain SGD of rate 1 moves them. Null where there is none.
    /// </summary>
    ParameterLayout? Memory => null;

    /// <summary>
    /// Where each layer's parameters begin in the flat buffer, in the order of the layers, which is that of the buffer; a layer without any
    /// begins where the next one does. A pass may be cut in front of each (<see cref="PassParts"/>). Empty where it cannot be cut.
    /// </summary>
    IReadOnlyList<long> LayerOffsets => [];

    /// <summary>Maps <paramref name="x_BD"/> (batch × <see cref="Inputs"/>) to batch × <see cref="Outputs"/>.</summary>
    /// <param name="parameters">Values for <see cref="Layout"/>, on the device and in the type of the input.</param>
    /// <param name="x_BD">Shape (B, D).</param>
    Tensor Forward(FlatParameters parameters, Tensor x_BD);

    /// <summary>The same with what a pass may bring beside the parameters.</summary>
    /// <param name="pass">Parameters, memory, and fixed statistics in place of the batch's.</param>
    /// <param name="x_BD">Shape (B, D).</param>
    Tensor Forward(NetworkPass pass, Tensor x_BD) => Forward(pass.Parameters, x_BD);
}
