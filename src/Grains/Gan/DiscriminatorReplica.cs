using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Contracts.Experiments;
using Cluster.Models.Adversarial;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>The tensors of a discriminator replica. Everything here runs on the device's thread.</summary>
internal sealed class DiscriminatorReplica : IDisposable
{
    private readonly GanBlueprint _blueprint;
    private readonly int _index;
    private readonly Minibatch _batch;
    private readonly Tensor _input_2BD;
    private readonly Tensor _real_BD;
    private readonly Tensor _fake_BD;
    private Judgement? _judgement;

    public DiscriminatorReplica(GanBlueprint blueprint, int index, DeviceThread device)
    {
        (_blueprint, _index) = (blueprint, index);
        Device = device;
        var file = blueprint.File;
        (float low, float high) = blueprint.Gan.PixelRange;
        _batch = new Minibatch(blueprint, index, low, high);
        Parameters = new FlatParameters(blueprint.Gan.Discriminator.Layout, device.Device, blueprint.Type);
        _input_2BD = zeros(2 * file.Batch, blueprint.Data.Pixels, blueprint.Type, device.Device).DetachFromDisposeScope();
        _real_BD = _input_2BD.narrow(0, 0, file.Batch).DetachFromDisposeScope();
        _fake_BD = _input_2BD.narrow(0, file.Batch, file.Batch).DetachFromDisposeScope();
    }

    public DeviceThread Device { get; }

    public FlatParameters Parameters { get; }

    /// <summary>Which discriminator update a part of a step is, from 0: it names the minibatch.</summary>
    public long Update(long step, int part) => (step * _blueprint.Model.DiscriminatorSteps) + part;

    /// <summary>The gradient of the discriminator's objective on the update's minibatch and as many fakes.</summary>
    public DiscriminatorReport Learn(long update, Incoming fakes)
    {
        _batch.Fill(update, _real_BD);
        fakes.CopyTo(_fake_BD);
        Parameters.ZeroGradients();
        return _blueprint.Gan.DiscriminatorStep(
            Parameters, _input_2BD, () => RandomStream.Named(_blueprint.Seed, GanModel.DiscriminatorRole, _index, update, "interpolation"));
    }

    /// <summary>The generator's loss and dL/dfakes; they last until the next judgement.</summary>
    public Judgement Judge(Incoming fakes)
    {
        _judgement?.Dispose();
        Judgement judgement = _blueprint.Gan.Judge(Parameters, fakes.Open(Device.Device));
        judgement.Loss.DetachFromDisposeScope();
        judgement.Gradient.DetachFromDisposeScope();
        return _judgement = judgement;
    }

    public void Dispose()
    {
        _judgement?.Dispose();
        _real_BD.Dispose();
        _fake_BD.Dispose();
        _input_2BD.Dispose();
        Parameters.Dispose();
    }
}
