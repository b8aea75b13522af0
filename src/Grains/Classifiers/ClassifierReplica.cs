using Cluster.Models;
using Cluster.Models.Classifiers;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>The tensors of a classifier's replica. Everything here runs on the device's thread.</summary>
internal sealed class ClassifierReplica : IDisposable
{
    private readonly Minibatch _batch;
    private readonly Tensor _x_BD;
    private PassParts? _parts;

    public ClassifierReplica(ClassifierBlueprint blueprint, int index, DeviceThread device)
    {
        (Blueprint, Device) = (blueprint, device);
        (float low, float high) = ClassifierBlueprint.PixelRange;
        _batch = new Minibatch(blueprint, index, low, high);
        _x_BD = zeros(blueprint.File.Batch, blueprint.Data.Pixels, blueprint.Type, device.Device).DetachFromDisposeScope();
        Parameters = new FlatParameters(blueprint.Network.Network.Layout, device.Device, blueprint.Type);
    }

    public ClassifierBlueprint Blueprint { get; }

    public DeviceThread Device { get; }

    public FlatParameters Parameters { get; }

    /// <summary>How long minibatches have taken so far.</summary>
    public InputClock Input => _batch.Clock;

    /// <summary>The gradient of the cross entropy on a step's minibatch.</summary>
    /// <param name="step">The workflow step.</param>
    /// <param name="cuts">Elements of the flat gradient from which on it should be final early.</param>
    public LearningParts<ClassifierReport> Learning(long step, IEnumerable<long> cuts)
    {
        PassParts? parts = PassParts.Of(Blueprint.Network.Network, cuts);
        return new LearningParts<ClassifierReport>(
            () =>
            {
                _parts?.Dispose();
                _parts = parts;
                return Learn(step, parts);
            },
            parts);
    }

    private ClassifierReport Learn(long step, PassParts? parts)
    {
        using DisposeScope scope = NewDisposeScope();
        _batch.Fill(step, _x_BD);
        Tensor label_B = tensor(Array.ConvertAll(_batch.Labels, label => (long)label), device: Device.Device);
        Parameters.ZeroGradients();
        return Blueprint.Network.Step(Parameters, _x_BD, label_B, parts);
    }

    public void Dispose()
    {
        _parts?.Dispose();
        _x_BD.Dispose();
        Parameters.Dispose();
    }
}
