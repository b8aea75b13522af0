using Cluster.Models.Boltzmann;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests.Boltzmann;

/// <summary>Chains must visit every state of a tiny machine as often as its distribution says.</summary>
public sealed class ChainTests
{
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void Plain_chains_have_the_machines_distribution(ScalarType type)
    {
        (Rbm rbm, FlatParameters parameters) = Machines.Make(visible: 3, hidden: 3, type: type);
        using FlatParameters owned = parameters;
        using GibbsChains chains = new(rbm, 4000, CPU, type);
        chains.Start(RandomStream.Named(1, "test", 0, 0, "start"));
        chains.Sweep(parameters, 50, RandomStream.Named(1, "test", 0, 0, "sweep"));
        AssertDistribution(Machines.Distribution(rbm, parameters), chains.Visible);
    }

    [Fact]
    public void Every_temperature_keeps_its_own_distribution_under_swaps()
    {
        (Rbm rbm, FlatParameters parameters) = Machines.Make(visible: 3, hidden: 3, type: ScalarType.Float32, scale: 2);
        using FlatParameters owned = parameters;
        double[] betas = TemperedChains.EvenBetas(3, 0.2);
        Assert.Equal([1, 0.6, 0.2], betas, (a, b) => Math.Abs(a - b) < 1e-12);
        using TemperedChains chains = new(rbm, 4000, betas, CPU);
        chains.Start(RandomStream.Named(1, "test", 0, 0, "start"));
        for (int step = 0; step < 60; step++) chains.Sweep(parameters, 1, RandomStream.Named(1, "test", 0, step, "sweep"));

        AssertDistribution(Machines.Distribution(rbm, parameters), chains.Visible);

        // The hidden state of the hottest: its distribution is that of the transposed machine's visible units.
        using Tensor hot = chains.Hidden.narrow(0, 8000, 4000);
        AssertDistribution(HiddenDistribution(rbm, parameters, 0.2), hot);
        Assert.All(chains.SwapRates.Where(rate => !double.IsNaN(rate)), rate => Assert.InRange(rate, 0.05, 0.99));
        Assert.Equal(60, chains.SwapRounds);
    }

    [Fact]
    public void Swap_rates_are_those_that_two_known_energies_give()
    {
        // The hidden unit's bias alone is not 0, and so large that at β = 1 the unit is always on. At β = 0 it is on half the time. Two states
        // change places surely where their energies are equal, exp(0), and never where the hot one's unit is off, exp(−1000).
        const int Particles = 500;
        Rbm rbm = new(new RbmOptions { Hidden = 1 }, 1);
        using FlatParameters parameters = new(rbm.Layout, CPU);
        using (no_grad())
        {
            parameters.Values.zero_();
            parameters[Rbm.HiddenBias].fill_(1000);
        }

        using TemperedChains chains = new(rbm, Particles, [1, 0], CPU);
        chains.Start(RandomStream.Named(1, "test", 0, 0, "start"));
        chains.Sweep(parameters, 1, RandomStream.Named(1, "test", 0, 0, "sweep"));
        double on = chains.Hidden.narrow(0, Particles, Particles).sum().ToDouble();
        Assert.InRange(on, 150, 350);
        Assert.Equal([on / Particles], chains.SwapRates);

        // Without any energy every swap is accepted; a pair has its turn in every second round.
        using TemperedChains flat = new(rbm, Particles, [1, 0.5, 0], CPU);
        using (no_grad())
        {
            parameters.Values.zero_();
        }

        flat.Start(RandomStream.Named(1, "test", 0, 0, "start"));
        flat.Sweep(parameters, 1, RandomStream.Named(1, "test", 0, 0, "sweep"));
        Assert.Equal([1, double.NaN], flat.SwapRates);
        flat.Sweep(parameters, 1, RandomStream.Named(1, "test", 0, 1, "sweep"));
        Assert.Equal([double.NaN, 1], flat.SwapRates);
    }

    [Fact]
    public void Clamped_sweeps_sample_the_conditional()
    {
        (Rbm rbm, FlatParameters parameters) = Machines.Make(visible: 3, hidden: 3, type: ScalarType.Float32);
        using FlatParameters owned = parameters;
        using Tensor v = tensor(new float[] { 1, 0.5f, 0 }).expand(4000, 3).contiguous(), known = tensor(new float[] { 1, 0, 1 });
        using Tensor completed = Completion.Run(rbm, parameters, v, known, 50, RandomStream.Named(1, "test", 0, 0, "complete"));
        double[] p = Machines.Distribution(rbm, parameters);
        float[] means = completed.mean([0]).data<float>().ToArray();

        Assert.Equal((1f, 0f), (means[0], means[2]));
        double exact = p[0b011] / (p[0b011] + p[0b001]);
        Assert.Equal(exact, means[1], 0.03);
    }

    [Fact]
    public void Same_stream_same_bits()
    {
        float[] Run()
        {
            (Rbm rbm, FlatParameters parameters) = Machines.Make(visible: 40, hidden: 20, type: ScalarType.Float32, scale: 0.3);
            using FlatParameters owned = parameters;
            using TemperedChains chains = new(rbm, 10, [1, 0.8], CPU);
            chains.Start(RandomStream.Named(1, "test", 0, 0, "start"));
            chains.Sweep(parameters, 5, RandomStream.Named(1, "test", 0, 0, "sweep"));
            return chains.Hidden.data<float>().ToArray();
        }

        Assert.Equal(Run(), Run());
    }

    [Fact]
    public void Temperatures_that_make_no_sense_are_refused()
    {
        Rbm bernoulli = new(new RbmOptions { Hidden = 2 }, 3), gaussian = new(new RbmOptions { Hidden = 2, Visible = VisibleKind.Gaussian }, 3);
        Assert.Throws<ArgumentException>(() => new TemperedChains(bernoulli, 2, [], CPU));
        Assert.Throws<ArgumentException>(() => new TemperedChains(bernoulli, 2, [0.9, 0.5], CPU));
        Assert.Throws<ArgumentException>(() => new TemperedChains(bernoulli, 2, [1, 1], CPU));
        Assert.Throws<ArgumentException>(() => new TemperedChains(bernoulli, 2, [1, -0.1], CPU));
        Assert.Contains("above 0", Assert.Throws<ArgumentException>(() => new TemperedChains(gaussian, 2, [1, 0], CPU)).Message, StringComparison.Ordinal);
    }

    private static double[] HiddenDistribution(Rbm rbm, FlatParameters parameters, double beta)
    {
        using DisposeScope scope = NewDisposeScope();
        Rbm turned = new(new RbmOptions { Hidden = (int)rbm.Visible }, rbm.Hidden);
        using FlatParameters transposed = new(turned.Layout, CPU, parameters.Values.dtype);
        using (no_grad())
        {
            transposed[Rbm.Weight].copy_(parameters[Rbm.Weight].t());
            transposed[Rbm.VisibleBias].copy_(parameters[Rbm.HiddenBias]);
            transposed[Rbm.HiddenBias].copy_(parameters[Rbm.VisibleBias]);
        }

        return Machines.Distribution(turned, transposed, beta);
    }

    private static void AssertDistribution(double[] expected, Tensor states)
    {
        using DisposeScope scope = NewDisposeScope();
        double[] bits = states.to(ScalarType.Float64).contiguous().data<double>().ToArray();
        int units = (int)states.shape[1], rows = (int)states.shape[0];
        double[] seen = new double[expected.Length];
        for (int row = 0; row < rows; row++)
        {
            int state = 0;
            for (int unit = 0; unit < units; unit++) state |= (int)bits[(row * units) + unit] << unit;
            seen[state] += 1.0 / rows;
        }

        for (int state = 0; state < expected.Length; state++)
            Assert.Equal(expected[state], seen[state], 5 * Math.Sqrt(expected[state] * (1 - expected[state]) / rows) + 1e-4);
    }
}
