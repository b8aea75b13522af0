using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Boltzmann;

/// <summary>
/// log Z by annealed importance sampling (Neal 2001; for these machines Salakhutdinov and Murray, ICML 2008, section 4.1) and by
/// its reverse, which anneals from the machine's own samples to the base rate model (Burda, Grosse, Salakhutdinov, AISTATS 2015).
/// Forward, log Ẑ is a stochastic lower bound, so that likelihoods come out too good; reverse, an upper one, as far as the chains
/// that it starts from are the machine's: the truth lies between.
/// <para>At β the weights are βW, the hidden biases βc and the visible ones (1 − β)·b₀ + βb.</para>
/// Long work in pieces: call <see cref="Advance"/> until <see cref="Done"/>.
/// </summary>
public sealed class AnnealedImportanceSampling : IDisposable
{
    private readonly Rbm _rbm;
    private readonly FlatParameters _parameters;
    private readonly double[] _betas;
    private readonly bool _reverse;
    private readonly ulong _seed;
    private readonly Tensor _base_D;
    private readonly Tensor _v_MD;
    private readonly Tensor _inputV_MD;
    private readonly Tensor _inputH_MH;
    private readonly Tensor _h_MH;
    private readonly Tensor _logWeights_M;

    private AnnealedImportanceSampling(Rbm rbm, FlatParameters parameters, Tensor base_D, int chains, double[] betas, ulong seed, bool reverse)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(chains, 2);
        if (base_D.dim() != 1 || base_D.shape[0] != rbm.Visible)
            throw new ArgumentException($"Base rates of shape [{string.Join(", ", base_D.shape)}] do not fit {rbm.Visible} visible units.", nameof(base_D));
        (_rbm, _parameters, _betas, _seed, _reverse) = (rbm, parameters, betas, seed, reverse);
        Device device = parameters.Values.device;
        ScalarType dtype = parameters.Values.dtype;
        _base_D = base_D.to(dtype).to(device).clone().DetachFromDisposeScope();
        _v_MD = zeros(chains, rbm.Visible, dtype, device).DetachFromDisposeScope();
        _inputV_MD = zeros_like(_v_MD).DetachFromDisposeScope();
        _inputH_MH = zeros(chains, rbm.Hidden, dtype, device).DetachFromDisposeScope();
        _h_MH = zeros_like(_inputH_MH).DetachFromDisposeScope();
        _logWeights_M = zeros(chains, ScalarType.Float64, device).DetachFromDisposeScope();
    }

    /// <summary>Steps done, of <see cref="Steps"/>.</summary>
    public int Step { get; private set; }

    /// <summary>Steps in all.</summary>
    public int Steps => _betas.Length - 1;

    /// <summary>Whether <see cref="Estimate"/> may be asked for.</summary>
    public bool Done => Step == Steps;

    /// <summary>Chains that begin at samples of the base rate model.</summary>
    /// <param name="rbm">The machine.</param>
    /// <param name="parameters">Its parameters; must not change meanwhile.</param>
    /// <param name="base_D">
    /// Visible biases b₀ of the model without weights: log-odds of the data's means, or the means themselves for Gaussian units. The
    /// nearer to the data, the smaller the error.
    /// </param>
    /// <param name="chains">Chains, M, at least 2.</param>
    /// <param name="betas">Rising from 0 to 1.</param>
    /// <param name="seed">Names the streams.</param>
    public static AnnealedImportanceSampling Forward(Rbm rbm, FlatParameters parameters, Tensor base_D, int chains, double[] betas, ulong seed)
    {
        AnnealedImportanceSampling made = new(rbm, parameters, base_D, chains, betas, seed, reverse: false);
        using IDisposable guard = no_grad();
        made.DrawVisible(0, made.Stream("base"), coupled: false);
        return made;
    }

    /// <summary>Chains that begin at samples of the machine.</summary>
    /// <param name="rbm">The machine.</param>
    /// <param name="parameters">Its parameters; must not change meanwhile.</param>
    /// <param name="base_D">As for <see cref="Forward"/>.</param>
    /// <param name="samples_MD">As near to samples of the machine as can be had: long chains, or chains from data.</param>
    /// <param name="betas">Rising from 0 to 1; they are passed backwards.</param>
    /// <param name="seed">Names the streams.</param>
    public static AnnealedImportanceSampling Reverse(Rbm rbm, FlatParameters parameters, Tensor base_D, Tensor samples_MD, double[] betas, ulong seed)
    {
        AnnealedImportanceSampling made = new(rbm, parameters, base_D, (int)samples_MD.shape[0], betas, seed, reverse: true);
        using IDisposable guard = no_grad();
        made._v_MD.copy_(samples_MD);
        return made;
    }

    /// <summary>Does up to so many steps.</summary>
    public void Advance(int steps)
    {
        using IDisposable guard = no_grad();
        for (; steps > 0 && !Done; steps--)
        {
            using DisposeScope scope = NewDisposeScope();
            double from = _reverse ? _betas[Steps - Step] : _betas[Step];
            double to = _reverse ? _betas[Steps - Step - 1] : _betas[Step + 1];
            Weigh(from, to);
            Step++;
            if (!Done) Move(to);
        }
    }

    /// <summary>log Z with its error bar; once <see cref="Done"/>.</summary>
    /// <exception cref="InvalidOperationException">Steps are left.</exception>
    public LogEstimate Estimate()
    {
        if (!Done) throw new InvalidOperationException($"{Step} of {Steps} steps are done; the estimate needs all.");
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        LogEstimate ratio = LogEstimate.OfMean(_logWeights_M.cpu().data<double>().ToArray());
        double start = BaseLogZ();
        return ratio with { Value = _reverse ? start - ratio.Value : start + ratio.Value };
    }

    /// <summary>Frees the chains.</summary>
    public void Dispose()
    {
        foreach (Tensor owned in new[] { _base_D, _v_MD, _inputV_MD, _inputH_MH, _h_MH, _logWeights_M }) owned.Dispose();
    }

    private double BaseLogZ()
    {
        double hidden = _rbm.Hidden * Math.Log(2);
        if (!_rbm.IsGaussian) return hidden + _base_D.to(ScalarType.Float64).Softplus().sum().AsDouble();
        return hidden + (0.5 * (_parameters[Rbm.LogVariance].to(ScalarType.Float64).sum().AsDouble() + (_rbm.Visible * Math.Log(Math.Tau))));
    }

    // log w += log p*_to(v) − log p*_from(v)
    private void Weigh(double from, double to)
    {
        _inputH_MH.addmm_(_rbm.Scaled(_parameters, _v_MD), _parameters[Rbm.Weight], beta: 0, alpha: 1);
        Tensor bias_H = _parameters[Rbm.HiddenBias];
        if (LogisticUnits.IsFused(_inputH_MH))
        {
            LogisticKernel.AddSoftplusDifference(_inputH_MH.AsFloats(), bias_H.AsFloats(), (float)from, (float)to, _logWeights_M.AsDoubles());
        }
        else
        {
            Tensor input_MH = _inputH_MH.Add(bias_H).to(ScalarType.Float64);
            _logWeights_M.Add_((input_MH.Mul(to).Softplus() - input_MH.Mul(from).Softplus()).sum(1));
        }

        if (_rbm.IsGaussian)
        {
            Tensor Fit(double beta) => (_v_MD - VisibleBias(beta)).Square();
            _logWeights_M.Add_(((Fit(from) - Fit(to)) * (-_parameters[Rbm.LogVariance]).exp().Mul(0.5)).sum(1));
        }
        else
        {
            _logWeights_M.Add_(_v_MD.mv(_parameters[Rbm.VisibleBias] - _base_D), to - from);
        }
    }

    private void Move(double beta)
    {
        RandomStream stream = Stream("sweep");
        float[] scale = new float[_v_MD.shape[0]];
        Array.Fill(scale, (float)beta);
        LogisticUnits.Sample(_inputH_MH, _parameters[Rbm.HiddenBias], _h_MH, stream, scale, scale);
        _inputV_MD.addmm_(_h_MH, _parameters[Rbm.Weight].t(), beta: 0, alpha: 1);
        DrawVisible(beta, stream, coupled: true);
    }

    private void DrawVisible(double beta, RandomStream stream, bool coupled)
    {
        using DisposeScope scope = NewDisposeScope();
        if (!coupled) _inputV_MD.zero_();
        Tensor bias_D = VisibleBias(beta);
        if (!_rbm.IsGaussian)
        {
            float[] scale = new float[_v_MD.shape[0]];
            Array.Fill(scale, (float)beta);
            LogisticUnits.Sample(_inputV_MD, bias_D, _v_MD, stream, scale);
            return;
        }

        stream.FillNormal(_v_MD);
        _v_MD.mul_(_parameters[Rbm.LogVariance].Mul(0.5).exp()).Add_(bias_D).Add_(_inputV_MD, beta);
    }

    private Tensor VisibleBias(double beta) => _base_D.Mul(1 - beta).Add(_parameters[Rbm.VisibleBias].Mul(beta));

    private RandomStream Stream(string purpose) => RandomStream.Named(_seed, _reverse ? "annealing-reverse" : "annealing", 0, Step, purpose);
}
