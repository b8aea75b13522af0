using Cluster.Contracts.Experiments;
using Cluster.Data;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// The minibatches of one replica: which images an update sees, scaled and binarized as the experiment file says. A pure function
/// of (seed, replica, update), so that actors that need the same batch make it themselves and no image travels. For one device's thread.
/// </summary>
internal sealed class Minibatch
{
    /// <summary>Pixels that a thread takes at a time, in whole images.</summary>
    private const int Grain = 1 << 13;

    private readonly Blueprint _blueprint;
    private readonly EpochSampler _sampler;
    private readonly int _replica;
    private readonly float _low;
    private readonly float _high;
    private readonly int[] _indices;
    private readonly float[] _pixels;

    /// <param name="blueprint">The run's.</param>
    /// <param name="replica">Logical index of the replica.</param>
    /// <param name="low">What byte 0 becomes.</param>
    /// <param name="high">What full brightness becomes.</param>
    public Minibatch(Blueprint blueprint, int replica, float low, float high)
    {
        ExperimentFile file = blueprint.File;
        (_blueprint, _replica, _low, _high) = (blueprint, replica, low, high);
        Clock = new InputClock(blueprint.Time);
        _sampler = new EpochSampler(blueprint.Data.Count, file.Batch, replica, file.Replicas, blueprint.Seed);
        _indices = new int[file.Batch];
        _pixels = new float[file.Batch * blueprint.Data.Pixels];
    }

    /// <summary>The time that batches took.</summary>
    public InputClock Clock { get; }

    /// <summary>The labels of the last batch, one an image.</summary>
    /// <exception cref="InvalidOperationException">The data set has none.</exception>
    public int[] Labels => _blueprint.Data.Labels is { } labels
        ? [.. _indices.Select(index => labels[index])]
        : throw new InvalidOperationException($"{_blueprint.Data.Name} has no labels");

    /// <summary>Writes an update's batch.</summary>
    /// <param name="update">Which update of the role, from 0.</param>
    /// <param name="into_BD">Shape (B, D), contiguous or not, of any type and device.</param>
    public void Fill(long update, Tensor into_BD)
    {
        Clock.Begin();
        _sampler.Indices(update, _indices);
        bool direct = into_BD.device_type == TorchSharp.DeviceType.CPU && into_BD.dtype == ScalarType.Float32 && into_BD.is_contiguous();
        Span<float> pixels = direct ? into_BD.AsFloats() : _pixels;
        RandomStream? levels = _blueprint.File.Data.Binarize == Binarize.Dynamic ? RandomStream.Named(_blueprint.Seed, "data", _replica, update, "binarize") : null;
        IntraOp.For(_indices.Length, Math.Max(1, Grain / _blueprint.Data.Pixels), new Rows(this, levels, pixels));
        if (!direct)
        {
            using Tensor host = frombuffer(_pixels, ScalarType.Float32);
            using Tensor host_BD = host.view(into_BD.shape);
            into_BD.copy_(host_BD);
        }

        Clock.End();
    }

    /// <summary>Images of the batch, each pixel with the level at its place in the stream, where there is one.</summary>
    private readonly ref struct Rows(Minibatch batch, RandomStream? levels, Span<float> pixels) : IRangeWork
    {
        private readonly Span<float> _pixels = pixels;

        public void Run(int first, int count)
        {
            Blueprint blueprint = batch._blueprint;
            int begin = first * blueprint.Data.Pixels;
            Span<float> rows = _pixels.Slice(begin, count * blueprint.Data.Pixels);
            RandomStream? all = levels;
            blueprint.Data.Gather(batch._indices.AsSpan(first, count), rows, batch._low, batch._high);
            Binarization.Apply(blueprint.File.Data.Binarize, rows, batch._low, batch._high, () => all!.At(begin));
        }
    }
}
