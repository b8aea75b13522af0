using Cluster.Data;
using Cluster.Models.Adversarial;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Bench;

/// <summary>
/// The same GAN as the actors train, written as one plain loop: what a run would cost, and what it would give, without
/// actors, messages and shards. The tests hold the actors' parameters against this loop's, bit for bit.
/// </summary>
public sealed class BareGan : IDisposable
{
    private readonly Gan _gan;
    private readonly GanOptions _options;
    private readonly ImageDataset _data;
    private readonly ulong _seed;
    private readonly EpochSampler _sampler;
    private readonly int[] _indices;
    private readonly float[] _pixels;
    private readonly Tensor _input_2BD;
    private readonly Tensor _real_BD;
    private readonly Tensor _fake_BD;
    private readonly FlatOptimizer _generatorOptimizer;
    private readonly FlatOptimizer _discriminatorOptimizer;

    public BareGan(GanOptions options, OptimizerOptions optimizer, ImageDataset data, int batch, ulong seed)
    {
        _options = options;
        _data = data;
        _seed = seed;
        _gan = new Gan(options, data.Pixels);
        _sampler = new EpochSampler(data.Count, batch, 0, 1, seed);
        _indices = new int[batch];
        _pixels = new float[batch * data.Pixels];
        _input_2BD = zeros(2 * batch, data.Pixels).DetachFromDisposeScope();
        _real_BD = _input_2BD.narrow(0, 0, batch).DetachFromDisposeScope();
        _fake_BD = _input_2BD.narrow(0, batch, batch).DetachFromDisposeScope();
        Generator = new FlatParameters(_gan.Generator.Layout, CPU);
        Discriminator = new FlatParameters(_gan.Discriminator.Layout, CPU);
        Generator.Initialize(seed, "generator");
        Discriminator.Initialize(seed, "discriminator");
        _generatorOptimizer = FlatOptimizer.Create(optimizer, Generator.Layout.Count, CPU);
        _discriminatorOptimizer = FlatOptimizer.Create(optimizer, Discriminator.Layout.Count, CPU);
    }

    public FlatParameters Generator { get; }

    public FlatParameters Discriminator { get; }

    /// <summary>One discriminator update and one generator update on the same fakes.</summary>
    public void Step(long step)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor latent_BZ = empty(_indices.Length, _options.Latent);
        RandomStream.Named(_seed, "generator", 0, step, "latent/0").FillNormal(latent_BZ);
        Tensor made_BD = _gan.Generator.Forward(Generator, latent_BZ);

        (float low, float high) = _gan.PixelRange;
        _sampler.Indices(step, _indices);
        _data.Gather(_indices, _pixels, low, high);
        _real_BD.copy_(frombuffer(_pixels, ScalarType.Float32).view(_real_BD.shape));
        _fake_BD.copy_(made_BD.detach());
        Discriminator.ZeroGradients();
        _gan.DiscriminatorStep(Discriminator, _input_2BD);
        _discriminatorOptimizer.Step(Discriminator.Values, Discriminator.Gradients);

        using Judgement judgement = _gan.Judge(Discriminator, made_BD.detach());
        Generator.ZeroGradients();
        made_BD.backward([judgement.Gradient], retain_graph: false, create_graph: false, inputs: null);
        _generatorOptimizer.Step(Generator.Values, Generator.Gradients);
    }

    public void Dispose()
    {
        _generatorOptimizer.Dispose();
        _discriminatorOptimizer.Dispose();
        Generator.Dispose();
        Discriminator.Dispose();
        _real_BD.Dispose();
        _fake_BD.Dispose();
        _input_2BD.Dispose();
    }
}
