using Cluster.Models.Boltzmann;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests.Boltzmann;

/// <summary>log Z against counting, and its estimates against the exact value within their error bars.</summary>
public sealed class PartitionFunctionTests
{
    [Theory]
    [InlineData(5, 4)]
    [InlineData(3, 6)]
    [InlineData(4, 13)]
    public void Exact_log_Z_makes_probabilities_sum_to_1(int visible, int hidden)
    {
        (Rbm rbm, FlatParameters parameters) = Machines.Make(visible: visible, hidden: hidden);
        using FlatParameters owned = parameters;
        using DisposeScope scope = NewDisposeScope();
        double logZ = PartitionFunction.Exact(rbm, parameters);
        double[] free = rbm.FreeEnergy(parameters, Machines.AllVisible(rbm)).detach().data<double>().ToArray();
        Assert.Equal(1, free.Sum(energy => Math.Exp(-energy - logZ)), 1e-10);
    }

    [Fact]
    public void Exact_log_Z_of_a_Gaussian_machine_is_the_integral()
    {
        (Rbm rbm, FlatParameters parameters) = Machines.Make(VisibleKind.Gaussian, 1, 3);
        using FlatParameters owned = parameters;
        using DisposeScope scope = NewDisposeScope();
        const double step = 1e-3;
        double[] grid = [.. Enumerable.Range(-20_000, 40_001).Select(i => i * step)];
        double[] free = rbm.FreeEnergy(parameters, tensor(grid, grid.Length, 1)).detach().data<double>().ToArray();
        Assert.Equal(Math.Log(free.Sum(energy => Math.Exp(-energy)) * step), PartitionFunction.Exact(rbm, parameters), 1e-9);
    }

    [Theory]
    [InlineData(VisibleKind.Bernoulli, ScalarType.Float32)]
    [InlineData(VisibleKind.Bernoulli, ScalarType.Float64)]
    [InlineData(VisibleKind.Gaussian, ScalarType.Float64)]
    public void Annealing_both_ways_agrees_with_the_exact_value_within_its_error_bars(VisibleKind kind, ScalarType type)
    {
        (Rbm rbm, FlatParameters parameters) = Machines.Make(kind, 8, 6, type);
        using FlatParameters owned = parameters;
        using Tensor baseRates = zeros(8, type);
        double exact = PartitionFunction.Exact(rbm, parameters);
        double[] betas = AnnealingSchedule.Salakhutdinov(300);
        using AnnealedImportanceSampling forward = AnnealedImportanceSampling.Forward(rbm, parameters, baseRates, 500, betas, 1);
        forward.Advance(int.MaxValue);
        LogEstimate low = forward.Estimate();

        // The machine's own samples: long chains of a machine this small are exact.
        using GibbsChains chains = new(rbm, 500, CPU, type);
        chains.Start(RandomStream.Named(1, "test", 0, 0, "start"));
        chains.Sweep(parameters, 100, RandomStream.Named(1, "test", 0, 0, "sweep"));
        using AnnealedImportanceSampling reverse = AnnealedImportanceSampling.Reverse(rbm, parameters, baseRates, chains.Visible, betas, 1);
        reverse.Advance(int.MaxValue);
        LogEstimate high = reverse.Estimate();

        Assert.InRange(low.StandardError, 1e-4, 0.1);
        Assert.InRange(high.StandardError, 1e-4, 0.1);
        Assert.Equal(exact, low.Value, 4 * low.StandardError);
        Assert.Equal(exact, high.Value, 4 * high.StandardError);
    }

    [Fact]
    public void A_base_rate_model_annealed_to_itself_is_exact()
    {
        (Rbm rbm, FlatParameters parameters) = Machines.Make(visible: 6, hidden: 3);
        using FlatParameters owned = parameters;
        using (no_grad())
        {
            parameters[Rbm.Weight].zero_();
            parameters[Rbm.HiddenBias].zero_();
        }

        using Tensor bias = parameters[Rbm.VisibleBias].detach();
        using AnnealedImportanceSampling ais = AnnealedImportanceSampling.Forward(rbm, parameters, bias, 4, [0, 0.5, 1], 1);
        Assert.Throws<InvalidOperationException>(() => ais.Estimate());
        ais.Advance(1);
        Assert.Equal((1, 2, false), (ais.Step, ais.Steps, ais.Done));
        ais.Advance(5);
        Assert.Equal(PartitionFunction.Exact(rbm, parameters), ais.Estimate().Value, 1e-10);
        Assert.Equal(0, ais.Estimate().StandardError, 1e-12);
    }

    [Fact]
    public void The_error_bar_is_that_of_the_delta_method()
    {
        LogEstimate estimate = LogEstimate.OfMean([Math.Log(1) + 700, Math.Log(3) + 700, Math.Log(2) + 700]);
        Assert.Equal(Math.Log(2) + 700, estimate.Value, 1e-10);
        Assert.Equal(1 / Math.Sqrt(3) / 2, estimate.StandardError, 1e-10);
        Assert.Throws<ArgumentException>(() => LogEstimate.OfMean([1]));
    }

    [Fact]
    public void The_schedule_rises_from_0_to_1_and_is_densest_at_the_end()
    {
        double[] betas = AnnealingSchedule.Salakhutdinov(145);
        Assert.Equal((0, 1), (betas[0], betas[^1]));
        Assert.All(betas.Zip(betas.Skip(1)), pair => Assert.True(pair.First < pair.Second));
        Assert.Equal(0.5, betas[5], 1e-12);
        Assert.Equal(0.9, betas[45], 1e-12);
        Assert.Throws<ArgumentOutOfRangeException>(() => AnnealingSchedule.Salakhutdinov(1));
    }

    [Fact]
    public void A_machine_too_large_to_count_is_refused()
    {
        (Rbm rbm, FlatParameters parameters) = Machines.Make(visible: 30, hidden: 30);
        using FlatParameters owned = parameters;
        Assert.Contains("annealed", Assert.Throws<ArgumentException>(() => PartitionFunction.Exact(rbm, parameters)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pseudo_likelihood_is_the_sum_of_counted_conditionals_and_the_stochastic_one_is_unbiased()
    {
        (Rbm rbm, FlatParameters parameters) = Machines.Make();
        using FlatParameters owned = parameters;
        using DisposeScope scope = NewDisposeScope();
        double[] p = Machines.Distribution(rbm, parameters);
        double[] exact = PseudoLikelihood.Exact(rbm, parameters, Machines.AllVisible(rbm)).data<double>().ToArray();
        for (int state = 0; state < 32; state++)
        {
            double sum = 0;
            for (int bit = 0; bit < 5; bit++) sum += Math.Log(p[state] / (p[state] + p[state ^ (1 << bit)]));
            Assert.Equal(sum, exact[state], 1e-10);
        }

        Tensor many = Machines.AllVisible(rbm).narrow(0, 19, 1).expand(20_000, 5).contiguous();
        Tensor drawn = PseudoLikelihood.Stochastic(rbm, parameters, many, RandomStream.Named(1, "test", 0, 0, "bits"));
        Assert.Equal(exact[19], drawn.mean().ToDouble(), 5 * drawn.std().ToDouble() / Math.Sqrt(20_000));

        (Rbm gaussian, FlatParameters other) = Machines.Make(VisibleKind.Gaussian);
        using FlatParameters ownedToo = other;
        Assert.Throws<ArgumentException>(() => PseudoLikelihood.Exact(gaussian, other, many));
    }
}
