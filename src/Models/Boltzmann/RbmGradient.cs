using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Boltzmann;

/// <summary>
/// The two halves of the gradient of −log p(v): minus the statistics of the data, plus those of the model's particles. Each is
/// written into a flat gradient on its own, so that the halves may be computed in different places and added there.
/// <para>With s = v (v/σ² for Gaussian units), n rows, and offsets μ and λ (0 without centring), a half is
/// W: ⟨(s − μ)(h − λ)ᵀ⟩; b: ⟨s⟩ − grad_W·λ (⟨(v − b)/σ²⟩ in place of ⟨s⟩ for Gaussian units); c: ⟨h⟩ − grad_Wᵀ·μ; z: ⟨((v − b)²/2 − v∘Wh)/σ²⟩
/// (Melchior et al. 2016, equations 18 to 20; Cho et al. 2011, equation 8). Each is linear in the rows, given the offsets.</para>
/// Owns scratch memory: for one thread, and batches of one size.
/// </summary>
public sealed class RbmGradient : IDisposable
{
    private readonly Rbm _rbm;
    private readonly BinaryRows? _ones;
    private readonly Tensor _input_BH;
    private readonly Tensor _unit_B;
    private Tensor? _shiftedHidden_BH;

    /// <summary>Makes room.</summary>
    /// <param name="rbm">The machine.</param>
    /// <param name="rows">Rows of every batch, at least 1.</param>
    /// <param name="device">Where the tensors are.</param>
    /// <param name="dtype">Their type.</param>
    public RbmGradient(Rbm rbm, int rows, Device device, ScalarType dtype = ScalarType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        (_rbm, Rows) = (rbm, rows);
        _input_BH = zeros(rows, rbm.Hidden, dtype, device).DetachFromDisposeScope();
        _unit_B = ones(rows, dtype, device).DetachFromDisposeScope();
        bool fused = device.type == DeviceType.CPU && dtype == ScalarType.Float32 && !rbm.IsGaussian;
        _ones = fused ? new BinaryRows(rows, (int)rbm.Visible) : null;
    }

    /// <summary>Rows of every batch.</summary>
    public int Rows { get; }

    /// <summary>P(h = 1 | v) of the last data, shape (B, H).</summary>
    public Tensor HiddenMean => _input_BH;

    /// <summary>
    /// The data's half: −scale times the statistics of (v, P(h|v)), with the gradient of the sparsity penalty. Overwrites the flat
    /// gradient.
    /// </summary>
    /// <param name="parameters">Values, and the gradient that is written.</param>
    /// <param name="v_BD">Data, shape (B, D), contiguous.</param>
    /// <param name="scale">Factor; 1 gives the mean over the rows.</param>
    /// <param name="offsets">Null for the plain gradient.</param>
    /// <param name="sparsity">Null for no penalty.</param>
    public void Data(FlatParameters parameters, Tensor v_BD, double scale = 1, RbmOffsets? offsets = null, SparsityTarget? sparsity = null)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        bool sparse = ReadOnes(v_BD);
        if (sparse) _ones!.Times(parameters[Rbm.Weight].AsFloats(), (int)_rbm.Hidden, _input_BH.AsFloats());
        else _input_BH.addmm_(_rbm.Scaled(parameters, v_BD), parameters[Rbm.Weight], beta: 0, alpha: 1);
        LogisticUnits.Mean(_input_BH, parameters[Rbm.HiddenBias]);
        Tensor hidden_BH = sparsity is { Weight: > 0 } target ? Sparse(_input_BH, target) : _input_BH;
        Write(parameters, v_BD, hidden_BH, -scale, offsets, sparse, add: false);
    }

    /// <summary>The model's half: +scale times the statistics of particles.</summary>
    /// <param name="parameters">Values, and the gradient that is written.</param>
    /// <param name="v_BD">Visible units of the particles, shape (B, D), contiguous.</param>
    /// <param name="h_BH">P(h = 1 | v) of the particles, shape (B, H), contiguous.</param>
    /// <param name="scale">Factor; 1 gives the mean over the rows.</param>
    /// <param name="offsets">Null for the plain gradient.</param>
    /// <param name="add">Whether to add to the flat gradient; else it is overwritten.</param>
    public void Model(FlatParameters parameters, Tensor v_BD, Tensor h_BH, double scale = 1, RbmOffsets? offsets = null, bool add = false)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        Write(parameters, v_BD, h_BH, scale, offsets, ReadOnes(v_BD), add);
    }

    /// <summary>Frees the scratch memory.</summary>
    public void Dispose()
    {
        _input_BH.Dispose();
        _unit_B.Dispose();
        _shiftedHidden_BH?.Dispose();
    }

    private bool ReadOnes(Tensor v_BD)
    {
        if (v_BD.dim() != 2 || v_BD.shape[0] != Rows || v_BD.shape[1] != _rbm.Visible)
            throw new ArgumentException($"Rows of shape [{string.Join(", ", v_BD.shape)}] do not fit: the shape must be [{Rows}, {_rbm.Visible}].", nameof(v_BD));
        return _ones is not null && _ones.TryRead(v_BD.AsFloats());
    }

    // The penalty's gradient is that of a change of the hidden statistics: h − 2·weight·(target − mean)·h(1 − h) in place of h.
    private static Tensor Sparse(Tensor h_BH, SparsityTarget target)
    {
        Tensor pull_1H = h_BH.mean([0], keepdim: true).SubtractedFrom(target.Target).Mul(2 * target.Weight);
        return h_BH.Add(pull_1H * h_BH * h_BH.SubtractedFrom(1));
    }

    private void Write(FlatParameters parameters, Tensor v_BD, Tensor h_BH, double scale, RbmOffsets? offsets, bool sparse, bool add)
    {
        double factor = scale / Rows;
        float keep = add ? 1 : 0;
        Tensor weight_DH = parameters[Rbm.Weight].grad!, visible_D = parameters[Rbm.VisibleBias].grad!, hidden_H = parameters[Rbm.HiddenBias].grad!;
        Tensor s_BD = _rbm.Scaled(parameters, v_BD), factor_B = _unit_B.Fill_(factor);
        Tensor? mu_D = offsets is null ? null : _rbm.IsGaussian ? offsets.Visible * (-parameters[Rbm.LogVariance]).exp() : offsets.Visible;
        Tensor centred_BH = offsets is null ? h_BH : Shifted(h_BH, offsets.Hidden);
        if (sparse)
        {
            using Tensor sum_H = centred_BH.sum(0L);
            _ones!.TransposedTimes(
                centred_BH.AsFloats(), (int)_rbm.Hidden, weight_DH.AsFloats(), (float)factor, mu_D is null ? [] : mu_D.AsFloats(), mu_D is null ? [] : sum_H.AsFloats(), add);
        }
        else
        {
            // The factor goes to the hidden side, in the tensors' own precision: alpha is of single precision.
            weight_DH.addmm_((mu_D is null ? s_BD : s_BD - mu_D).t(), centred_BH.Mul(factor), beta: keep, alpha: 1);
        }

        // grad_W·λ and grad_Wᵀ·μ of this half alone, from the rows: a pass over the batch, not over the weights.
        // Each half is whole before it is added: a BLAS that adds products to what is there one by one would give it other bits.
        Tensor visibleHalf_D = s_BD.t().mv(factor_B), hiddenHalf_H = h_BH.t().mv(factor_B);
        if (mu_D is not null)
        {
            Tensor onHidden_B = centred_BH.mv(offsets!.Hidden).Mul_(factor);
            visibleHalf_D.addmv_(s_BD.t(), onHidden_B, beta: 1, alpha: -1).Add_(mu_D * onHidden_B.sum());
            Tensor onVisible_B = (s_BD.mv(mu_D) - mu_D.dot(mu_D)).Mul_(factor);
            hiddenHalf_H.addmv_(centred_BH.t(), onVisible_B, beta: 1, alpha: -1);
        }

        if (add)
        {
            visible_D.Add_(visibleHalf_D);
            hidden_H.Add_(hiddenHalf_H);
        }
        else
        {
            visible_D.copy_(visibleHalf_D);
            hidden_H.copy_(hiddenHalf_H);
        }


        if (_rbm.IsGaussian) WriteGaussian(parameters, v_BD, h_BH, factor, keep);
    }

    private static void WriteGaussian(FlatParameters parameters, Tensor v_BD, Tensor h_BH, double factor, float keep)
    {
        Tensor precision_D = (-parameters[Rbm.LogVariance]).exp(), error_BD = v_BD - parameters[Rbm.VisibleBias];
        parameters[Rbm.VisibleBias].grad!.sub_((parameters[Rbm.VisibleBias] * precision_D).Mul(factor * v_BD.shape[0]));
        Tensor statistic_BD = error_BD.Square().Mul(0.5) - (v_BD * h_BH.mm(parameters[Rbm.Weight].t()));
        parameters[Rbm.LogVariance].grad!.Mul_(keep).Add_((statistic_BD.sum(0L) * precision_D).Mul(factor));
    }

    private Tensor Shifted(Tensor h_BH, Tensor lambda_H)
    {
        _shiftedHidden_BH ??= empty_like(h_BH).DetachFromDisposeScope();
        return _shiftedHidden_BH.copy_(h_BH).sub_(lambda_H);
    }
}
