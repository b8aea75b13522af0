using Cluster.Contracts;
using Cluster.Data;
using Cluster.Models.Dictionaries;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>The tensors of a coder. Everything here runs on the device's thread.</summary>
internal sealed class CoderReplica : IDisposable
{
    private readonly DictionaryBlueprint _blueprint;
    private readonly EpochSampler _sampler;
    private readonly int[] _indices;
    private readonly float[] _signals;

    public CoderReplica(DictionaryBlueprint blueprint, int index, DeviceThread device)
    {
        _blueprint = blueprint;
        Device = device;
        Input = new InputClock(blueprint.Time);
        int batch = blueprint.File.Batch;
        _sampler = new EpochSampler(blueprint.Signals.Patches.Count, batch, index, blueprint.File.Replicas, blueprint.Seed);
        _indices = new int[batch];
        _signals = new float[batch * blueprint.Signals.Patches.Features];
        Ring = blueprint.Model.Staleness > 0 ? new StatisticsRing(blueprint, device.Device) : null;
        Encoder = blueprint.Encoder is { } encoder ? new FlatParameters(encoder.Layout, device.Device, blueprint.Type) : null;
    }

    public DeviceThread Device { get; }

    /// <summary>The time that its minibatches took.</summary>
    public InputClock Input { get; }

    /// <summary>The encoder's parameters; null where nothing predicts codes.</summary>
    public FlatParameters? Encoder { get; }

    /// <summary>Statistics that wait for later steps; null where none do.</summary>
    public StatisticsRing? Ring { get; }

    /// <summary>The last minibatch's, until the next is coded.</summary>
    public CodeStatistics? Statistics { get; private set; }

    /// <summary>Codes the step's minibatch and sums its statistics; with an encoder, adds the gradient of its prediction.</summary>
    /// <param name="step">The workflow step: it names the minibatch.</param>
    /// <param name="atoms">The dictionary, shape (K, D).</param>
    public CoderStep Code(long step, Incoming atoms) => Code(step, atoms.Open(Device.Device));

    /// <summary>Codes the minibatch of a later step with the dictionary that the ring holds, and keeps its statistics there.</summary>
    /// <param name="step">The present step.</param>
    /// <param name="due">The step whose minibatch it is.</param>
    public void CodeAhead(long step, long due)
    {
        CoderStep made = Code(due, Ring!.Atoms_KD);
        Ring.Put(step, due, Statistics!, made);
    }

    private CoderStep Code(long step, Tensor atoms_KD)
    {
        using IDisposable mode = no_grad();
        SparseCodingOptions options = _blueprint.Options.Coding;
        Tensor x_BD = Signals(step);
        double attachment = _blueprint.Model.Encoder.Attachment;
        Tensor code_BK = Encoder is { } parameters && attachment > 0
            ? SparseCoding.Infer(x_BD, atoms_KD, options, _blueprint.Encoder!.Predict(parameters, x_BD), attachment)
            : SparseCoding.Infer(x_BD, atoms_KD, options);
        double objective = SparseOptimality.Objective(x_BD, atoms_KD, code_BK, options.Penalty).mean().AsDouble();
        Statistics?.Dispose();
        Statistics = CodeStatistics.Of(x_BD, code_BK);
        Statistics.Increment_KE.DetachFromDisposeScope();
        Statistics.Uses_K.DetachFromDisposeScope();
        double density = Statistics.Uses_K.sum().to(ScalarType.Float64).AsDouble() / code_BK.NumberOfElements;
        return new CoderStep(objective, density, Learn(x_BD, code_BK), 0);
    }

    public void Dispose()
    {
        Ring?.Dispose();
        Statistics?.Dispose();
        Encoder?.Dispose();
    }

    private double Learn(Tensor x_BD, Tensor code_BK)
    {
        if (Encoder is null)
        {
            return 0;
        }

        using IDisposable mode = enable_grad();
        Encoder.ZeroGradients();
        return _blueprint.Encoder!.Learn(Encoder, x_BD, code_BK);
    }

    private Tensor Signals(long step)
    {
        Input.Begin();
        _sampler.Indices(step, _indices);
        _blueprint.Signals.Patches.Gather(_indices, _signals);
        Tensor raw_BD = frombuffer(_signals, ScalarType.Float32).view(_indices.Length, -1).to(_blueprint.Type).to(Device.Device);
        Tensor signals_BD = _blueprint.Signals.Whiten(raw_BD);
        Input.End();
        return signals_BD;
    }
}
