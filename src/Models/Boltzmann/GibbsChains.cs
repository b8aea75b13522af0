using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Boltzmann;

/// <summary>
/// Markov chains of a machine, one particle each, advanced by block Gibbs sweeps: v from p(v | h), then h from p(h | v). The
/// state is h, so that a sweep costs two products; a sweep with any parameters leaves these parameters' distribution as it is
/// (Tieleman 2008). Every chain may have an inverse temperature β of its own, with p ∝ exp(−β·E).
/// </summary>
public sealed class GibbsChains : IDisposable
{
    private readonly Rbm _rbm;
    private readonly float[] _betas;
    private readonly Tensor _input_MD;
    private readonly BinaryRows? _ones;

    /// <summary>Makes room; <see cref="Start"/> or a copy into <see cref="Hidden"/> gives the first states.</summary>
    /// <param name="rbm">The machine.</param>
    /// <param name="chains">Chains, M, at least 1.</param>
    /// <param name="device">Where they are.</param>
    /// <param name="dtype">Number format.</param>
    /// <param name="betas">Inverse temperature of each chain; null for 1.</param>
    public GibbsChains(Rbm rbm, int chains, Device device, ScalarType dtype = ScalarType.Float32, float[]? betas = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(chains, 1);
        if (betas is not null && (betas.Length != chains || betas.Any(beta => !(beta >= 0 && float.IsFinite(beta)))))
            throw new ArgumentException($"{chains} chains need as many inverse temperatures, each at least 0.", nameof(betas));
        (_rbm, Count, _betas) = (rbm, chains, betas ?? []);
        Visible = zeros(chains, rbm.Visible, dtype, device).DetachFromDisposeScope();
        _input_MD = zeros(chains, rbm.Visible, dtype, device).DetachFromDisposeScope();
        HiddenMean = zeros(chains, rbm.Hidden, dtype, device).DetachFromDisposeScope();
        Hidden = zeros(chains, rbm.Hidden, dtype, device).DetachFromDisposeScope();
        bool fused = device.type == DeviceType.CPU && dtype == ScalarType.Float32 && !rbm.IsGaussian;
        _ones = fused ? new BinaryRows(chains, (int)rbm.Visible) : null;
    }

    /// <summary>Chains, M.</summary>
    public int Count { get; }

    /// <summary>Visible units of the last sweep, shape (M, D).</summary>
    public Tensor Visible { get; }

    /// <summary>P(h = 1 | v) of the last sweep at each chain's temperature, shape (M, H).</summary>
    public Tensor HiddenMean { get; }

    /// <summary>E[v | h] of the last sweep, shape (M, D): smoother pictures than <see cref="Visible"/>.</summary>
    public Tensor VisibleMean => _input_MD;

    /// <summary>The chains' state, shape (M, H).</summary>
    public Tensor Hidden { get; }

    /// <summary>Every hidden unit on with probability one half.</summary>
    public void Start(RandomStream stream)
    {
        using IDisposable guard = no_grad();
        stream.FillUniform(Hidden);
        using Tensor on = Hidden.Lt(0.5);
        Hidden.copy_(on);
    }

    /// <summary>Hidden units drawn from p(h | v): chains that begin at data, as in contrastive divergence.</summary>
    /// <param name="parameters">The machine's.</param>
    /// <param name="v_MD">Shape (M, D), contiguous.</param>
    /// <param name="stream">Random numbers.</param>
    public void StartAt(FlatParameters parameters, Tensor v_MD, RandomStream stream)
    {
        using IDisposable guard = no_grad();
        Visible.copy_(v_MD);
        DrawHidden(parameters, stream);
    }

    /// <summary>Hidden units drawn with given probabilities.</summary>
    /// <param name="mean_MH">Shape (M, H).</param>
    /// <param name="stream">Random numbers.</param>
    public void StartFrom(Tensor mean_MH, RandomStream stream)
    {
        using IDisposable guard = no_grad();
        stream.FillUniform(Hidden);
        using Tensor on = Hidden.lt(mean_MH);
        Hidden.copy_(on);
    }

    /// <summary>Advances all chains.</summary>
    /// <param name="parameters">The machine's.</param>
    /// <param name="sweeps">Full sweeps, k, at least 1.</param>
    /// <param name="stream">Random numbers; the sweeps follow each other in it.</param>
    /// <param name="clamp">Called on the visible units after they are drawn, to put back those that are given; null for none.</param>
    public void Sweep(FlatParameters parameters, int sweeps, RandomStream stream, Action<Tensor>? clamp = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sweeps, 1);
        using IDisposable guard = no_grad();
        for (int sweep = 0; sweep < sweeps; sweep++)
        {
            DrawVisible(parameters, stream);
            clamp?.Invoke(Visible);
            DrawHidden(parameters, stream);
        }
    }

    /// <summary>Frees the chains.</summary>
    public void Dispose()
    {
        Visible.Dispose();
        _input_MD.Dispose();
        HiddenMean.Dispose();
        Hidden.Dispose();
    }

    private void DrawVisible(FlatParameters parameters, RandomStream stream)
    {
        using DisposeScope scope = NewDisposeScope();
        _input_MD.addmm_(Hidden, parameters[Rbm.Weight].t(), beta: 0, alpha: 1);
        if (!_rbm.IsGaussian)
        {
            LogisticUnits.Sample(_input_MD, parameters[Rbm.VisibleBias], Visible, stream, _betas, _betas);
            return;
        }

        // The variance at inverse temperature β is σ²/β.
        _input_MD.Add_(parameters[Rbm.VisibleBias]);
        stream.FillNormal(Visible);
        Visible.mul_(parameters[Rbm.LogVariance].Mul(0.5).exp());
        if (_betas.Length > 0)
            Visible.mul_(tensor(_betas.Select(beta => 1 / MathF.Sqrt(beta)).ToArray()).to(Visible.dtype, Visible.device).unsqueeze(1));
        Visible.Add_(_input_MD);
    }

    private void DrawHidden(FlatParameters parameters, RandomStream stream)
    {
        using DisposeScope scope = NewDisposeScope();
        if (_ones is not null && _ones.TryRead(Visible.AsFloats())) _ones.Times(parameters[Rbm.Weight].AsFloats(), (int)_rbm.Hidden, HiddenMean.AsFloats());
        else HiddenMean.addmm_(_rbm.Scaled(parameters, Visible), parameters[Rbm.Weight], beta: 0, alpha: 1);
        LogisticUnits.Sample(HiddenMean, parameters[Rbm.HiddenBias], Hidden, stream, _betas, _betas);
    }
}
