using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Models;

/// <summary>What one pass through a network computes with.</summary>
/// <param name="Parameters">Values for <see cref="INetwork.Layout"/>.</param>
/// <param name="Memory">Values for <see cref="INetwork.Memory"/>; null where it has none.</param>
/// <param name="Statistics">
/// Null while training: layers that normalize take the batch's own mean and variance. Else what they take instead, or where they put
/// what they saw.
/// </param>
/// <param name="Parts">Takes the pass apart, so that its backward pass runs in parts; null where it runs as a whole.</param>
public sealed record NetworkPass(FlatParameters Parameters, FlatParameters? Memory = null, BatchStatistics? Statistics = null, PassParts? Parts = null)
{
    /// <summary>
    /// The statistics that each layer sees on some inputs: the population's estimate of Ioffe and Szegedy 2015, Algorithm 2, made anew
    /// from the present parameters, so that nothing needs to be averaged while training and no checkpoint needs to hold it.
    /// </summary>
    /// <param name="network">Whose layers.</param>
    /// <param name="batches">The inputs: batches as they come while training, each of shape (B, D). Statistics are averaged over them.</param>
    /// <returns>This pass with those statistics; the caller owns them.</returns>
    public NetworkPass WithStatistics(INetwork network, params ReadOnlySpan<Tensor> batches)
    {
        using IDisposable guard = no_grad();
        BatchStatistics statistics = new();
        foreach (Tensor batch_BD in batches)
        {
            network.Forward(this with { Statistics = statistics }, batch_BD);
        }

        statistics.Finish(batches.Length);
        return this with { Statistics = statistics };
    }
}
