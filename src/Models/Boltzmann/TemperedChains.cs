using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Boltzmann;

/// <summary>
/// Particles at several temperatures that swap between neighbours, so that the coldest, β = 1, reach modes that plain chains
/// would not (parallel tempering: Desjardins, Courville, Bengio, Vincent, Delalleau, AISTATS 2010). With one temperature these are
/// plain chains. Row t·M + m is particle m at the t-th temperature, the coldest first.
/// </summary>
public sealed class TemperedChains : IDisposable
{
    private readonly Rbm _rbm;
    private readonly double[] _betas;
    private readonly GibbsChains _chains;
    private long _swapRounds;

    /// <summary>Makes room.</summary>
    /// <param name="rbm">The machine.</param>
    /// <param name="chains">Particles at each temperature, M, at least 1.</param>
    /// <param name="betas">Inverse temperatures, falling from 1.</param>
    /// <param name="device">Where they are.</param>
    /// <param name="dtype">Number format.</param>
    /// <exception cref="ArgumentException">The temperatures do not fall from 1, or reach 0 where the visible units are Gaussian.</exception>
    public TemperedChains(Rbm rbm, int chains, IReadOnlyList<double> betas, Device device, ScalarType dtype = ScalarType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(chains, 1);
        if (betas.Count < 1 || betas[0] != 1 || betas.Zip(betas.Skip(1)).Any(pair => !(pair.Second < pair.First)) || !(betas[^1] >= 0))
            throw new ArgumentException($"Inverse temperatures [{string.Join(", ", betas)}] must fall from 1 to no less than 0.", nameof(betas));
        if (rbm.IsGaussian && betas[^1] == 0)
            throw new ArgumentException("Gaussian units at inverse temperature 0 have no distribution: the last must be above 0.", nameof(betas));
        (_rbm, Count, _betas) = (rbm, chains, [.. betas]);
        float[]? each = betas.Count == 1 ? null : [.. betas.SelectMany(beta => Enumerable.Repeat((float)beta, chains))];
        _chains = new GibbsChains(rbm, chains * betas.Count, device, dtype, each);
        Visible = _chains.Visible.narrow(0, 0, chains).DetachFromDisposeScope();
        HiddenMean = _chains.HiddenMean.narrow(0, 0, chains).DetachFromDisposeScope();
        VisibleMean = _chains.VisibleMean.narrow(0, 0, chains).DetachFromDisposeScope();
    }

    /// <summary>Particles at each temperature, M.</summary>
    public int Count { get; }

    /// <summary>Visible units of the coldest after the last sweep, shape (M, D).</summary>
    public Tensor Visible { get; }

    /// <summary>P(h = 1 | v) of the coldest, shape (M, H).</summary>
    public Tensor HiddenMean { get; }

    /// <summary>E[v | h] of the coldest in the last sweep, before swaps; shape (M, D).</summary>
    public Tensor VisibleMean { get; }

    /// <summary>The state of all temperatures, shape (T·M, H).</summary>
    public Tensor Hidden => _chains.Hidden;

    /// <summary>How often the swaps between each temperature and the next were accepted in the last round; empty for one temperature.</summary>
    public IReadOnlyList<double> SwapRates { get; private set; } = [];

    /// <summary>Rounds of swaps so far: their parity says which neighbours swap next. Set it when a state is loaded.</summary>
    public long SwapRounds
    {
        get => _swapRounds;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _swapRounds = value;
        }
    }

    /// <summary>T evenly spaced inverse temperatures from 1 down to the last.</summary>
    public static double[] EvenBetas(int temperatures, double last) => temperatures == 1
        ? [1]
        : [.. Enumerable.Range(0, temperatures).Select(t => 1 - ((1 - last) * t / (temperatures - 1)))];

    /// <inheritdoc cref="GibbsChains.Start"/>
    public void Start(RandomStream stream) => _chains.Start(stream);

    /// <summary>Some sweeps, then, with more than one temperature, one round of swaps.</summary>
    /// <param name="parameters">The machine's.</param>
    /// <param name="sweeps">k, at least 1.</param>
    /// <param name="stream">Random numbers.</param>
    public void Sweep(FlatParameters parameters, int sweeps, RandomStream stream)
    {
        _chains.Sweep(parameters, sweeps, stream);
        if (_betas.Length > 1) Swap(parameters, stream);
    }

    /// <summary>Frees the chains.</summary>
    public void Dispose()
    {
        Visible.Dispose();
        HiddenMean.Dispose();
        VisibleMean.Dispose();
        _chains.Dispose();
    }

    // (v, h) at β and (v', h') at β' change places with probability min(1, exp((β − β')(E(v, h) − E(v', h')))).
    private void Swap(FlatParameters parameters, RandomStream stream)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        double[] energies = _rbm.Energy(parameters, _chains.Visible, _chains.Hidden).to(ScalarType.Float64).cpu().data<double>().ToArray();
        long[] from = [.. Enumerable.Range(0, energies.Length).Select(row => (long)row)];
        double[] uniform = new double[1], rates = new double[_betas.Length - 1];
        Array.Fill(rates, double.NaN);
        for (int t = (int)(_swapRounds++ % 2); t + 1 < _betas.Length; t += 2)
        {
            int accepted = 0;
            for (int m = 0; m < Count; m++)
            {
                int cold = (t * Count) + m, hot = cold + Count;
                stream.FillUniform(uniform);
                if (uniform[0] >= Math.Exp((_betas[t] - _betas[t + 1]) * (energies[cold] - energies[hot]))) continue;
                (from[cold], from[hot]) = (from[hot], from[cold]);
                accepted++;
            }

            rates[t] = (double)accepted / Count;
        }

        Tensor order = tensor(from).to(_chains.Hidden.device);
        _chains.Hidden.copy_(_chains.Hidden.index_select(0, order));
        _chains.Visible.copy_(_chains.Visible.index_select(0, order));
        HiddenMean.copy_(_rbm.HiddenMean(parameters, Visible));
        SwapRates = rates;
    }
}
