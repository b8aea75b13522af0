using Cluster.Data;
using Cluster.Models.Boltzmann;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Bench;

/// <summary>
/// The machine that the actors train, with persistent chains, as one plain loop: what a run would cost, and what it would give,
/// without actors, messages and shards.
/// </summary>
public sealed class BareRbm : IDisposable
{
    private readonly ImageDataset _data;
    private readonly ulong _seed;
    private readonly EpochSampler _sampler;
    private readonly int[] _indices;
    private readonly Tensor _v_BD;
    private readonly GibbsChains _chains;
    private readonly RbmGradient _gradient;
    private readonly FlatOptimizer _optimizer;

    public BareRbm(Rbm rbm, OptimizerOptions optimizer, ImageDataset data, int batch, ulong seed)
    {
        (_data, _seed) = (data, seed);
        _sampler = new EpochSampler(data.Count, batch, 0, 1, seed);
        _indices = new int[batch];
        _v_BD = zeros(batch, data.Pixels).DetachFromDisposeScope();
        Parameters = new FlatParameters(rbm.Layout, CPU);
        Parameters.Initialize(seed, "boltzmann");
        _gradient = new RbmGradient(rbm, batch, CPU);
        _chains = new GibbsChains(rbm, batch, CPU);
        _chains.Start(RandomStream.Named(seed, "chain", 0, 0, "start"));
        _optimizer = FlatOptimizer.Create(optimizer, Parameters.Layout.Count, CPU);
    }

    public FlatParameters Parameters { get; }

    public void Step(long step)
    {
        Span<float> pixels = _v_BD.AsFloats();
        _sampler.Indices(step, _indices);
        _data.Gather(_indices, pixels, 0, 1);
        for (int i = 0; i < pixels.Length; i++) pixels[i] = pixels[i] > 0.5f ? 1 : 0;
        _gradient.Data(Parameters, _v_BD);
        _chains.Sweep(Parameters, 1, RandomStream.Named(_seed, "chain", 0, step, "sweep"));
        _gradient.Model(Parameters, _chains.Visible, _chains.HiddenMean, add: true);
        _optimizer.Step(Parameters.Values, Parameters.Gradients);
    }

    public void Dispose()
    {
        _v_BD.Dispose();
        Parameters.Dispose();
        _gradient.Dispose();
        _chains.Dispose();
        _optimizer.Dispose();
    }
}
