using Cluster.Models.Boltzmann;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests.Boltzmann;

/// <summary>Energies and conditionals against their definitions, in float64 and by counting states.</summary>
public sealed class RbmTests
{
    [Theory]
    [InlineData(VisibleKind.Bernoulli)]
    [InlineData(VisibleKind.Gaussian)]
    public void Free_energy_is_minus_the_log_sum_over_hidden_states(VisibleKind kind)
    {
        (Rbm rbm, FlatParameters parameters) = Machines.Make(kind);
        using FlatParameters owned = parameters;
        using DisposeScope scope = NewDisposeScope();
        Tensor v = Visible(kind, 6, 5);
        double[] free = [.. rbm.FreeEnergy(parameters, v).detach().data<double>()];
        double[] sums = new double[6];
        for (int state = 0; state < 16; state++)
        {
            Tensor h = tensor(Enumerable.Range(0, 4).Select(bit => (double)((state >> bit) & 1)).ToArray(), 1, 4).expand(6, 4);
            double[] energies = [.. rbm.Energy(parameters, v, h).detach().data<double>()];
            for (int row = 0; row < 6; row++) sums[row] += Math.Exp(-energies[row]);
        }

        for (int row = 0; row < 6; row++) Assert.Equal(-Math.Log(sums[row]), free[row], 1e-10);
    }

    [Fact]
    public void Bernoulli_conditionals_are_ratios_of_counted_weights()
    {
        (Rbm rbm, FlatParameters parameters) = Machines.Make();
        using FlatParameters owned = parameters;
        using DisposeScope scope = NewDisposeScope();
        Tensor h = tensor(new double[] { 1, 0, 1, 1 }, 1, 4);
        Tensor all = Machines.AllVisible(rbm);
        double[] weights = [.. rbm.Energy(parameters, all, h.expand(32, 4)).detach().data<double>().ToArray().Select(energy => Math.Exp(-energy))];
        double[] means = [.. rbm.VisibleMean(parameters, h).detach().data<double>()];

        for (int i = 0; i < 5; i++)
            Assert.Equal(Enumerable.Range(0, 32).Where(state => ((state >> i) & 1) == 1).Sum(state => weights[state]) / weights.Sum(), means[i], 1e-12);
    }

    [Theory]
    [InlineData(VisibleKind.Bernoulli)]
    [InlineData(VisibleKind.Gaussian)]
    public void Hidden_conditional_is_that_of_the_energy(VisibleKind kind)
    {
        (Rbm rbm, FlatParameters parameters) = Machines.Make(kind);
        using FlatParameters owned = parameters;
        using DisposeScope scope = NewDisposeScope();
        Tensor v = Visible(kind, 3, 5), off = zeros(3, 4, ScalarType.Float64);
        double[] mean = [.. rbm.HiddenMean(parameters, v).detach().data<double>()];
        double[] without = [.. rbm.Energy(parameters, v, off).detach().data<double>()];
        for (int unit = 0; unit < 4; unit++)
        {
            Tensor on = off.clone();
            on.select(1, unit).fill_(1);
            double[] with = [.. rbm.Energy(parameters, v, on).detach().data<double>()];
            for (int row = 0; row < 3; row++) Assert.Equal(1 / (1 + Math.Exp(with[row] - without[row])), mean[(row * 4) + unit], 1e-12);
        }
    }

    [Fact]
    public void Gaussian_chains_have_the_conditional_moments()
    {
        (Rbm rbm, FlatParameters parameters) = Machines.Make(VisibleKind.Gaussian, 3, 2, ScalarType.Float32);
        using FlatParameters owned = parameters;
        using DisposeScope scope = NewDisposeScope();
        const int chains = 200_000;
        using GibbsChains gibbs = new(rbm, chains, CPU);
        Tensor h = tensor(new float[] { 1, 0 }).expand(chains, 2);
        using (no_grad()) gibbs.Hidden.copy_(h);
        gibbs.Sweep(parameters, 1, RandomStream.Named(1, "test", 0, 0, "sweep"));
        using IDisposable guard = no_grad();
        float[] expected = [.. rbm.VisibleMean(parameters, h.narrow(0, 0, 1)).data<float>()], variance = [.. parameters[Rbm.LogVariance].exp().data<float>()];
        float[] mean = [.. gibbs.Visible.mean([0]).data<float>()], seen = [.. gibbs.Visible.var(0).data<float>()];

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(expected[i], mean[i], 5 * Math.Sqrt(variance[i] / chains));
            Assert.Equal(1, seen[i] / variance[i], 5 * Math.Sqrt(2.0 / chains));
        }
    }

    [Theory]
    [InlineData(1.0f, "Row 1 has 1.5 at pixel 2")]
    public void Pixels_outside_0_to_1_are_refused_for_Bernoulli_units_with_their_place(float _, string message)
    {
        Rbm rbm = new(new RbmOptions { Hidden = 2 }, 3);
        using Tensor bad = tensor(new[] { 0f, 1f, 0.5f, 1f, 0f, 1.5f }, 2, 3);
        string said = Assert.Throws<ArgumentException>(() => rbm.Check(bad)).Message;
        Assert.Contains(message, said, StringComparison.Ordinal);
        Assert.Contains("[0, 1]", said, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_finite_is_refused_for_Gaussian_units()
    {
        Rbm rbm = new(new RbmOptions { Hidden = 2, Visible = VisibleKind.Gaussian }, 2);
        using Tensor fine = tensor(new[] { -3f, 9f }, 1, 2), bad = tensor(new[] { 0f, float.NaN }, 1, 2), narrow = zeros(2, 3);
        rbm.Check(fine);
        Assert.Contains("pixel 1", Assert.Throws<ArgumentException>(() => rbm.Check(bad)).Message, StringComparison.Ordinal);
        Assert.Contains("[batch, 2]", Assert.Throws<ArgumentException>(() => rbm.Check(narrow)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_sizes_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Rbm(new RbmOptions { Hidden = 0 }, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Rbm(new RbmOptions(), 0));
        Assert.Contains("2 first visible biases", Assert.Throws<ArgumentException>(() => new Rbm(new RbmOptions { InitialVisibleBias = [1, 2] }, 3)).Message, StringComparison.Ordinal);
        (Rbm rbm, FlatParameters parameters) = Machines.Make(type: ScalarType.Float32);
        using FlatParameters owned = parameters;
        using GibbsChains chains = new(rbm, 2, CPU);
        Assert.Throws<ArgumentOutOfRangeException>(() => chains.Sweep(parameters, 0, RandomStream.Named(0, "test", 0, 0, "x")));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GibbsChains(rbm, 0, CPU));
        Assert.Throws<ArgumentException>(() => new GibbsChains(rbm, 2, CPU, betas: [1]));
    }

    [Fact]
    public void First_visible_biases_are_those_given()
    {
        Rbm rbm = new(new RbmOptions { Hidden = 2, InitialVisibleBias = Rbm.LogOdds([0.5, 0.2, 0.0]) }, 3);
        using FlatParameters parameters = new(rbm.Layout, CPU);
        parameters.Initialize(0, "boltzmann");
        float[] bias = [.. parameters[Rbm.VisibleBias].detach().data<float>()];
        Assert.Equal([0f, (float)Math.Log(0.25), (float)Math.Log(0.01 / 0.99)], bias);
    }

    private static Tensor Visible(VisibleKind kind, int rows, int columns)
    {
        Tensor v = empty(rows, columns, ScalarType.Float64);
        RandomStream stream = RandomStream.Named(5, "test", 0, 0, "visible");
        if (kind == VisibleKind.Gaussian) stream.FillNormal(v);
        else stream.FillUniform(v);
        return kind == VisibleKind.Gaussian ? v : v.round();
    }
}
