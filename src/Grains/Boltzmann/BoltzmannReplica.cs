using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Data;
using Cluster.Models.Boltzmann;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>The tensors of a data replica. Everything here runs on the device's thread.</summary>
internal sealed class BoltzmannReplica : IDisposable
{
    private readonly RbmBlueprint _blueprint;
    private readonly int _index;
    private readonly Minibatch _batch;
    private readonly Tensor _v_BD;
    private readonly RbmGradient _gradient;
    private readonly GibbsChains? _chains;
    private readonly SignalBook _book;
    private readonly (Tensor Train, Tensor HeldOut)? _survey;
    private (double Reconstruction, double PseudoLikelihood)? _figures;

    /// <param name="blueprint">The run's.</param>
    /// <param name="index">The replica's logical index.</param>
    /// <param name="device">Its device's thread.</param>
    /// <param name="book">Takes what it notes.</param>
    /// <param name="heldOut">Data that are not trained on, by which overfitting shows; null for none.</param>
    public BoltzmannReplica(RbmBlueprint blueprint, int index, DeviceThread device, SignalBook book, ImageDataset? heldOut)
    {
        (_blueprint, _index, _book, Device) = (blueprint, index, book, device);
        _batch = new Minibatch(blueprint, index, blueprint.Standard.Low, blueprint.Standard.High);
        _v_BD = zeros(blueprint.File.Batch, blueprint.Data.Pixels, blueprint.Type, device.Device).DetachFromDisposeScope();
        Parameters = new FlatParameters(blueprint.Rbm.Layout, device.Device, blueprint.Type);
        Offsets = blueprint.Model.Centred ? new RbmOffsetRole(blueprint, device) : null;
        _gradient = new RbmGradient(blueprint.Rbm, blueprint.File.Batch, device.Device, blueprint.Type);
        if (heldOut is not null)
        {
            int rows = Math.Min(SurveyRows, Math.Min(heldOut.Count, blueprint.Data.Count));
            _survey = (RbmPictures.Images(blueprint, blueprint.Data, 0, rows, device.Device).DetachFromDisposeScope(),
                RbmPictures.Images(blueprint, heldOut, 0, rows, device.Device).DetachFromDisposeScope());
        }

        _chains = blueprint.Model.Persistent ? null : new GibbsChains(blueprint.Rbm, blueprint.File.Batch, device.Device, blueprint.Type);
    }

    /// <summary>Rows of training and of held-out data whose free energies are compared, the same at each survey.</summary>
    public const int SurveyRows = 100;

    public DeviceThread Device { get; }

    /// <summary>The time that its minibatches took.</summary>
    public InputClock Input => _batch.Clock;

    public FlatParameters Parameters { get; }

    public RbmOffsetRole? Offsets { get; }

    /// <summary>The data's half of the gradient; without persistent chains, the model's half too.</summary>
    public BoltzmannStep Learn(long step)
    {
        _batch.Fill(step, _v_BD);
        Standardize(_v_BD);
        double scale = (double)_blueprint.Contributors / _blueprint.File.Replicas;
        _gradient.Data(Parameters, _v_BD, scale, Offsets?.Offsets, _blueprint.Sparsity);
        Offsets?.Learn(_v_BD, _gradient.HiddenMean, scale);
        if (_chains is not null)
        {
            RandomStream stream = RandomStream.Named(_blueprint.Seed, RbmModel.BoltzmannRole, _index, step, "sweep");
            _chains.StartFrom(_gradient.HiddenMean, stream);
            _chains.Sweep(Parameters, _blueprint.Model.K, stream);
            _gradient.Model(Parameters, _chains.Visible, _chains.HiddenMean, scale, Offsets?.Offsets, add: true);
        }

        ChainPool.HoldVariance(_blueprint, Parameters);
        using IDisposable guard = no_grad();
        using Tensor activity = _gradient.HiddenMean.mean();
        if (_figures is null || _blueprint.IsReported(step))
        {
            _figures = Figures(step);
        }

        if (_survey is { } survey && _blueprint.IsSurveyed(step))
        {
            RbmSignals.NoteFreeEnergy(_book, step, FreeEnergy(survey.Train), FreeEnergy(survey.HeldOut));
        }

        return new BoltzmannStep(activity.AsDouble(), _figures.Value.Reconstruction, _figures.Value.PseudoLikelihood);
    }

    /// <summary>Images, rows × pixels, after long chains that begin at the first training images.</summary>
    public float[] Sample(int count, ulong seed)
    {
        const int sweeps = 500;
        using GibbsChains chains = new(_blueprint.Rbm, count, Device.Device, _blueprint.Type);
        RandomStream stream = RandomStream.Named(seed, "sample", 0, 0, "sweep");
        using Tensor start_MD = RbmPictures.Images(_blueprint, _blueprint.Data, 0, count, Device.Device);
        chains.StartAt(Parameters, start_MD, stream);
        chains.Sweep(Parameters, sweeps, stream);
        return RbmPictures.Pixels(_blueprint, chains.VisibleMean);
    }

    public void Dispose()
    {
        _v_BD.Dispose();
        _gradient.Dispose();
        _chains?.Dispose();
        _survey?.Train.Dispose();
        _survey?.HeldOut.Dispose();
        Offsets?.Dispose();
        Parameters.Dispose();
    }

    private double FreeEnergy(Tensor v_ND)
    {
        using DisposeScope scope = NewDisposeScope();
        return _blueprint.Rbm.FreeEnergy(Parameters, v_ND).mean().AsDouble();
    }

    private void Standardize(Tensor v_BD)
    {
        if (!_blueprint.Standard.Applies)
        {
            return;
        }

        using Tensor host = v_BD.to(ScalarType.Float32).cpu().contiguous();
        _blueprint.Standard.Apply(host.AsFloats());
        v_BD.copy_(host);
    }

    private (double Reconstruction, double PseudoLikelihood) Figures(long step)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor back_BD = _blueprint.Rbm.VisibleMean(Parameters, _gradient.HiddenMean);
        double pseudo = _blueprint.Rbm.IsGaussian
            ? 0
            : PseudoLikelihood.Stochastic(
                _blueprint.Rbm, Parameters, _v_BD.round(), RandomStream.Named(_blueprint.Seed, RbmModel.BoltzmannRole, _index, step, "turned")).mean().AsDouble();
        return ((back_BD - _v_BD).Square().mean().AsDouble(), pseudo);
    }
}
