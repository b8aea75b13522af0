using Cluster.Contracts;
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
    private readonly Tensor? _realLabels_BK;
    private readonly Tensor? _fakeLabels_BK;
    private readonly SignalBook _book;
    private Judgement? _judgement;

    public DiscriminatorReplica(GanBlueprint blueprint, int index, DeviceThread device, SignalBook book)
    {
        (_blueprint, _index, _book) = (blueprint, index, book);
        Device = device;
        var file = blueprint.File;
        long pixels = blueprint.Data.Pixels;
        (float low, float high) = blueprint.Gan.PixelRange;
        _batch = new Minibatch(blueprint, index, low, high);
        Parameters = new FlatParameters(blueprint.Gan.Discriminator.Layout, device.Device, blueprint.Type);
        _input_2BD = zeros(2 * file.Batch, pixels + blueprint.Classes, blueprint.Type, device.Device).DetachFromDisposeScope();
        Memory = blueprint.Gan.Discriminator.Memory is { } memory ? new FlatParameters(memory, device.Device, blueprint.Type) : null;
        _real_BD = Part(0, 0, pixels);
        _fake_BD = Part(file.Batch, 0, pixels);
        Waiting = blueprint.Lags ? new WaitingFakes(blueprint, device.Device) : null;
        if (blueprint.Classes > 0)
        {
            _realLabels_BK = Part(0, pixels, blueprint.Classes);
            _fakeLabels_BK = Part(file.Batch, pixels, blueprint.Classes);
        }
    }

    public GanBlueprint Blueprint => _blueprint;

    public DeviceThread Device { get; }

    /// <summary>The time that its minibatches took.</summary>
    public InputClock Input => _batch.Clock;

    public FlatParameters Parameters { get; }

    /// <summary>What the discriminator remembers; null for most.</summary>
    public FlatParameters? Memory { get; }

    /// <summary>Fakes for later steps; null where nothing lags.</summary>
    public WaitingFakes? Waiting { get; }

    /// <summary>Which discriminator update a part of a step is, from 0: it names the minibatch.</summary>
    public long Update(long step, int part) => (step * _blueprint.Model.DiscriminatorSteps) + part;

    /// <summary>The gradient of the discriminator's objective on the update's minibatch and as many fakes.</summary>
    public DiscriminatorStep Learn(long step, int part, Incoming fakes)
    {
        fakes.CopyTo(_fake_BD);
        return Learn(step, part, step, 0);
    }

    /// <summary>The same on the fakes that wait for it.</summary>
    /// <param name="step">The workflow step.</param>
    /// <param name="part">Which of the step's updates.</param>
    /// <param name="turn">How many steps were taken before.</param>
    /// <exception cref="InvalidOperationException">They are older than the bound.</exception>
    public DiscriminatorStep Learn(long step, int part, long turn)
    {
        (long named, int age) = Waiting!.Take(turn, part, _fake_BD);
        return Learn(step, part, named, age);
    }

    /// <summary>
    /// The generator's loss and dL/dfakes; they last until the next judgement. With staleness, fakes that are reused wait from now on for
    /// the update that learns on them.
    /// </summary>
    /// <param name="step">The workflow step.</param>
    /// <param name="fakes">Shape (B, D).</param>
    /// <param name="turn">How many steps were taken before; counts only with staleness.</param>
    public Judgement Judge(long step, Incoming fakes, long turn)
    {
        _judgement?.Dispose();
        int part = _blueprint.Parts - 1;
        long named = _blueprint.Learned(step);
        Tensor fake_BD = Waiting is { } waiting && _blueprint.Model.ReuseFakes
            ? waiting.Put(turn, _blueprint.Model.Staleness, part, named, fakes)
            : fakes.Open(Device.Device);
        Judgement judgement = _blueprint.Gan.Judge(
            Parameters, fake_BD, Memory, _blueprint.Classes > 0 ? OneHot(_blueprint.FakeLabels(_index, named, part)) : null,
            _blueprint.FakeCodes(_index, named, part, Device.Device));
        judgement.Loss.DetachFromDisposeScope();
        judgement.Gradient.DetachFromDisposeScope();
        return _judgement = judgement;
    }

    public void Dispose()
    {
        _judgement?.Dispose();
        Waiting?.Dispose();
        _realLabels_BK?.Dispose();
        _fakeLabels_BK?.Dispose();
        _real_BD.Dispose();
        _fake_BD.Dispose();
        _input_2BD.Dispose();
        Parameters.Dispose();
        Memory?.Dispose();
    }

    private DiscriminatorStep Learn(long step, int part, long named, int age)
    {
        long update = Update(step, part);
        _batch.Fill(update, _real_BD);
        if (_blueprint.Classes > 0)
        {
            _realLabels_BK!.copy_(OneHot(_batch.Labels));
            _fakeLabels_BK!.copy_(OneHot(_blueprint.FakeLabels(_index, named, part)));
        }

        if (part == _blueprint.Model.DiscriminatorSteps - 1 && _blueprint.IsReported(step))
        {
            int[]? labels = _blueprint.Data.Labels is null ? null : _batch.Labels;
            GanSignals.Note(_book, step, _real_BD, _fake_BD, labels, _blueprint.LabelledClasses, _blueprint.FakeLabels(_index, named, part));
        }

        Parameters.ZeroGradients();
        DiscriminatorReport report = _blueprint.Gan.DiscriminatorStep(
            Parameters, _input_2BD, () => RandomStream.Named(_blueprint.Seed, GanModel.DiscriminatorRole, _index, update, "interpolation"), Memory,
            _blueprint.FakeCodes(_index, named, part, Device.Device));
        return new DiscriminatorStep(report.Loss, report.RealScore, report.FakeScore, age);
    }

    private Tensor Part(long row, long column, long width) =>
        _input_2BD.narrow(0, row, _blueprint.File.Batch).narrow(1, column, width).DetachFromDisposeScope();

    private Tensor OneHot(ReadOnlySpan<int> labels) => Grains.OneHot.Of(labels, _blueprint.Classes, _blueprint.Type, Device.Device);
}
