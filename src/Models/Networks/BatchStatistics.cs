using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models;

/// <summary>Means and variances that normalizing layers take in place of a batch's own. It owns its tensors.</summary>
public sealed class BatchStatistics : IDisposable
{
    private readonly Dictionary<string, (Tensor Mean, Tensor Variance)> _byLayer = new(StringComparer.Ordinal);

    /// <summary>Whether all has been seen: from then on they are used.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>Adds what a layer saw in one batch.</summary>
    internal void Add(string layer, Tensor mean_C, Tensor variance_C)
    {
        using IDisposable guard = no_grad();
        if (_byLayer.TryGetValue(layer, out var sums))
        {
            sums.Mean.Add_(mean_C);
            sums.Variance.Add_(variance_C);
        }
        else
        {
            _byLayer.Add(layer, (mean_C.detach().clone().DetachFromDisposeScope(), variance_C.detach().clone().DetachFromDisposeScope()));
        }
    }

    /// <summary>A layer's mean and variance, each of shape (C).</summary>
    internal (Tensor Mean, Tensor Variance) Of(string layer) => _byLayer[layer];

    internal void Finish(int batches)
    {
        foreach ((Tensor mean, Tensor variance) in _byLayer.Values)
        {
            mean.Div_(batches);
            variance.Div_(batches);
        }

        IsFinished = true;
    }

    /// <summary>Frees them.</summary>
    public void Dispose()
    {
        foreach ((Tensor mean, Tensor variance) in _byLayer.Values)
        {
            mean.Dispose();
            variance.Dispose();
        }
    }
}
