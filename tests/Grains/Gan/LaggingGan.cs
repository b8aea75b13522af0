using System.Globalization;
using Cluster.Contracts.Experiments;
using Cluster.Models;
using Cluster.Models.Adversarial;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains.Tests;

/// <summary>One replica of a GAN with staleness as a plain loop, without actors and messages; on a device's thread.</summary>
internal sealed class LaggingGan : IDisposable
{
    private readonly GanBlueprint _blueprint;
    private readonly GanModel _model;
    private readonly Minibatch _batch;
    private readonly Queue<(long Named, Tensor[] Parts)> _waiting = [];
    private readonly FlatOptimizer _generatorOptimizer;
    private readonly FlatOptimizer _discriminatorOptimizer;
    private readonly FlatOptimizer? _memoryOptimizer;
    private readonly FlatParameters? _memory;

    public LaggingGan(GanBlueprint blueprint)
    {
        (_blueprint, _model) = (blueprint, blueprint.Model);
        (float low, float high) = blueprint.Gan.PixelRange;
        _batch = new Minibatch(blueprint, 0, low, high);
        Generator = Begun(blueprint.Gan.Generator.Layout, GanModel.GeneratorRole);
        Discriminator = Begun(blueprint.Gan.Discriminator.Layout, GanModel.DiscriminatorRole);
        AdamOptimizer adam = (AdamOptimizer)blueprint.File.Optimizer[GanModel.GeneratorRole];
        AdamOptions options = new(adam.LearningRate, adam.Beta1, adam.Beta2);
        _generatorOptimizer = FlatOptimizer.Create(options, Generator.Layout.Count, CPU);
        _discriminatorOptimizer = FlatOptimizer.Create(options, Discriminator.Layout.Count, CPU);
        if (blueprint.Gan.Discriminator.Memory is { } memory)
        {
            _memory = Begun(memory, GanModel.MemoryRole);
            _memoryOptimizer = FlatOptimizer.Create(new SgdOptions(1), memory.Count, CPU);
        }

        for (int due = 0; due < _model.Staleness; due++)
        {
            using IDisposable guard = no_grad();
            _waiting.Enqueue((due, [.. Enumerable.Range(0, _model.DiscriminatorSteps).Select(part => Made(due, part).DetachFromDisposeScope())]));
        }
    }

    public FlatParameters Generator { get; }

    public FlatParameters Discriminator { get; }

    /// <summary>The step of both networks, each on what the other was before it.</summary>
    public void Step(long step)
    {
        using DisposeScope scope = NewDisposeScope();
        int updates = _model.DiscriminatorSteps, last = _model.ReuseFakes ? updates - 1 : updates;
        long due = step + _model.Staleness, named = _model.ReuseFakes ? due : step;
        Tensor learned_BD = Made(named, last);
        using (no_grad())
        {
            _waiting.Enqueue((due, [.. Enumerable.Range(0, updates).Select(part => (part == last ? learned_BD.detach().clone() : Made(due, part)).DetachFromDisposeScope())]));
        }

        using Judgement judgement = _blueprint.Gan.Judge(Discriminator, learned_BD.detach(), _memory, Labels(named, last), _blueprint.FakeCodes(0, named, last, CPU));
        Discriminate(step);
        Generator.ZeroGradients();
        learned_BD.backward([judgement.Gradient], retain_graph: false, create_graph: false, inputs: null);
        _generatorOptimizer.Step(Generator.Values, Generator.Gradients);
    }

    public void Dispose()
    {
        foreach (Tensor fakes in _waiting.SelectMany(each => each.Parts))
        {
            fakes.Dispose();
        }

        _generatorOptimizer.Dispose();
        _discriminatorOptimizer.Dispose();
        _memoryOptimizer?.Dispose();
        _memory?.Dispose();
        Generator.Dispose();
        Discriminator.Dispose();
    }

    private void Discriminate(long step)
    {
        (long named, Tensor[] fakes) = _waiting.Dequeue();
        for (int part = 0; part < fakes.Length; part++)
        {
            using Tensor fake_BD = fakes[part];
            long update = (step * fakes.Length) + part;
            Tensor real_BD = empty_like(fake_BD);
            _batch.Fill(update, real_BD);
            Discriminator.ZeroGradients();
            _blueprint.Gan.DiscriminatorStep(
                Discriminator,
                cat([_blueprint.WithLabels(real_BD, _blueprint.Classes == 0 ? [] : _batch.Labels), _blueprint.WithLabels(fake_BD, _blueprint.FakeLabels(0, named, part))], 0),
                () => RandomStream.Named(_blueprint.Seed, GanModel.DiscriminatorRole, 0, update, "interpolation"),
                _memory,
                _blueprint.FakeCodes(0, named, part, CPU));
            _discriminatorOptimizer.Step(Discriminator.Values, Discriminator.Gradients);
            _memoryOptimizer?.Step(_memory!.Values, _memory.Gradients);
        }
    }

    private Tensor Made(long named, int part)
    {
        Tensor latent_BZ = GeneratorSamples.Noise(
            _blueprint, CPU, _blueprint.File.Batch,
            RandomStream.Named(_blueprint.Seed, GanModel.GeneratorRole, 0, named, "latent/" + part.ToString(CultureInfo.InvariantCulture)));
        latent_BZ = _blueprint.FakeCodes(0, named, part, CPU) is { } codes_BQ ? cat([latent_BZ, codes_BQ], 1) : latent_BZ;
        return _blueprint.Gan.Generator.Forward(new NetworkPass(Generator), _blueprint.WithLabels(latent_BZ, _blueprint.FakeLabels(0, named, part)));
    }

    private Tensor? Labels(long named, int part) =>
        _blueprint.Classes == 0 ? null : OneHot.Of(_blueprint.FakeLabels(0, named, part), _blueprint.Classes, _blueprint.Type, CPU);

    private FlatParameters Begun(ParameterLayout layout, string role)
    {
        FlatParameters parameters = new(layout, CPU);
        parameters.Initialize(_blueprint.Seed, role);
        return parameters;
    }
}
