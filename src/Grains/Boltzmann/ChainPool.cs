using System.Globalization;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Models.Boltzmann;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// The tensors of a pool of particles. Everything here runs on the device's thread.
/// <para>With staleness s the statistics of step t come from the parameters of step t − s (of step 0 before that): they are made in
/// step t − s and wait in a ring. Which parameters they are made with depends on s alone, never on timing.</para>
/// </summary>
internal sealed class ChainPool : IDisposable
{
    private readonly RbmBlueprint _blueprint;
    private readonly int _index;
    private readonly RbmGradient _gradient;
    private readonly TemperedChains _chains;
    private readonly Tensor[] _ring;
    private readonly Tensor? _reports; // (s, 3) on the CPU: made in which step, activity, swap rate
    private readonly FlatParameters? _ahead;
    private readonly RbmOffsetRole? _offsetsAhead;
    private readonly SignalBook _book;
    private readonly SwapTally _swaps;

    public ChainPool(RbmBlueprint blueprint, int index, DeviceThread device, SignalBook book)
    {
        (_blueprint, _index, _book, Device) = (blueprint, index, book, device);
        _swaps = new SwapTally(blueprint.Betas.Length - 1);
        int particles = blueprint.Particles(index), staleness = blueprint.Model.Staleness;
        Parameters = new FlatParameters(blueprint.Rbm.Layout, device.Device, blueprint.Type);
        Offsets = blueprint.Model.Centred ? new RbmOffsetRole(blueprint, device) : null;
        _gradient = new RbmGradient(blueprint.Rbm, particles, device.Device, blueprint.Type);
        _chains = new TemperedChains(blueprint.Rbm, particles, blueprint.Betas, device.Device, blueprint.Type);
        _chains.Start(RandomStream.Named(blueprint.Seed, RbmModel.ChainRole, index, 0, "start"));
        _ring = [.. Enumerable.Range(0, staleness).Select(_ => zeros_like(Parameters.Gradients).DetachFromDisposeScope())];
        if (staleness > 0)
        {
            _reports = zeros(staleness, 3, ScalarType.Float64).DetachFromDisposeScope();
            _ahead = new FlatParameters(blueprint.Rbm.Layout, device.Device, blueprint.Type);
            _offsetsAhead = Offsets is null ? null : new RbmOffsetRole(blueprint, device);
        }
    }

    public DeviceThread Device { get; }

    public FlatParameters Parameters { get; }

    public RbmOffsetRole? Offsets { get; }

    public int Staleness => _ring.Length;

    /// <summary>The particles' state and the statistics that wait, under the names of the checkpoint.</summary>
    public IEnumerable<NamedTensor> State =>
        
    [
        new("hidden", _chains.Hidden),
        .. _reports is null ? Array.Empty<NamedTensor>() : [new("waiting.reports", _reports)],
        .. _ring.Select((waiting, slot) => new NamedTensor(string.Create(CultureInfo.InvariantCulture, $"waiting.{slot}"), waiting)),
    ];

    /// <summary>Goes on from a checkpoint whose tensors have been copied into <see cref="State"/>; or begins, at step 0.</summary>
    /// <param name="step">The step that comes next.</param>
    /// <param name="loaded">Whether there was a checkpoint.</param>
    public void Resume(long step, bool loaded)
    {
        _chains.SwapRounds = loaded ? step + Staleness : 0;
        for (long due = step; !loaded && due < step + Staleness; due++)
        {
            Prepare();
            MakeAhead(step, due);
        }
    }

    /// <summary>The model's half of the gradient of a step, made from the present parameters.</summary>
    public ChainStep Learn(long step) => Make(step, Parameters, Offsets);

    /// <summary>Puts the statistics that wait for a step into the gradient, and keeps the present parameters for those to come.</summary>
    public ChainStep Take(long step)
    {
        int slot = (int)(step % Staleness);
        using IDisposable guard = no_grad();
        Parameters.Gradients.copy_(_ring[slot]);
        Prepare();
        Span<double> report = _reports!.AsDoubles().Slice(3 * slot, 3);
        int age = (int)(step - (long)report[0]);
        return age <= Staleness
            ? new ChainStep(report[1], report[2], age)
            : throw new InvalidOperationException($"statistics of step {(long)report[0]} in step {step}: more than {Staleness} late");
    }

    /// <summary>Makes the statistics that are due in a later step, from the parameters that <see cref="Take"/> kept.</summary>
    public void Refill(long step) => MakeAhead(step, step + Staleness);

    /// <summary>The visible means of the first particles, rows × pixels.</summary>
    public float[] Sample(int count)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        Tensor h = _chains.Hidden.narrow(0, 0, Math.Min(count, _chains.Count));
        return RbmPictures.Pixels(_blueprint, _blueprint.Rbm.VisibleMean(Parameters, h));
    }

    /// <summary>Takes the variances' gradient out where they are not learned.</summary>
    public static void HoldVariance(RbmBlueprint blueprint, FlatParameters parameters)
    {
        if (blueprint.Rbm.IsGaussian && !blueprint.Model.LearnVariance)
        {
            parameters[Rbm.LogVariance].grad!.zero_();
        }
    }

    public void Dispose()
    {
        foreach (Tensor waiting in _ring)
        {
            waiting.Dispose();
        }

        _reports?.Dispose();
        _gradient.Dispose();
        _chains.Dispose();
        _ahead?.Dispose();
        _offsetsAhead?.Dispose();
        Offsets?.Dispose();
        Parameters.Dispose();
    }

    private void Note(long due, Tensor? before_MH)
    {
        _swaps.Add(_chains.SwapRates);
        if (before_MH is null)
        {
            return;
        }

        using Tensor after_MH = _chains.Hidden.narrow(0, 0, _chains.Count);
        RbmSignals.NoteChains(_book, due, ChainMoments.Of(before_MH, after_MH));
        if (_blueprint.Betas.Length > 1)
        {
            RbmSignals.NoteSwaps(_book, due, _swaps);
            _swaps.Clear();
        }
    }

    private void Prepare()
    {
        using IDisposable guard = no_grad();
        _ahead!.Values.copy_(Parameters.Values);
        _offsetsAhead?.Parameters.Values.copy_(Offsets!.Parameters.Values);
    }

    private void MakeAhead(long step, long due)
    {
        int slot = (int)(due % Staleness);
        ChainStep made = Make(due, _ahead!, _offsetsAhead);
        using IDisposable guard = no_grad();
        _ring[slot].copy_(_ahead!.Gradients);
        Span<double> report = _reports!.AsDoubles().Slice(3 * slot, 3);
        (report[0], report[1], report[2]) = (step, made.HiddenActivity, made.SwapRate);
    }

    private ChainStep Make(long due, FlatParameters parameters, RbmOffsetRole? offsets)
    {
        using Tensor? before_MH = _blueprint.IsReported(due) ? _chains.Hidden.narrow(0, 0, _chains.Count).clone() : null;
        _chains.Sweep(parameters, _blueprint.Model.K, RandomStream.Named(_blueprint.Seed, RbmModel.ChainRole, _index, due, "sweep"));
        Note(due, before_MH);

        // Pools count by their particles: the mean over all contributors gives (data's mean) − (particles' mean).
        double scale = (double)_blueprint.Contributors * _chains.Count / _blueprint.Model.Chains;
        _gradient.Model(parameters, _chains.Visible, _chains.HiddenMean, scale, offsets?.Offsets);
        HoldVariance(_blueprint, parameters);
        using IDisposable guard = no_grad();
        using Tensor activity = _chains.HiddenMean.mean();
        double[] swaps = [.. _chains.SwapRates.Where(rate => !double.IsNaN(rate))];
        return new ChainStep(activity.AsDouble(), swaps.Length == 0 ? 0 : swaps.Average(), 0);
    }
}
