using Cluster.Models.Boltzmann;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests.Boltzmann;

/// <summary>Gradients against exact enumeration, autograd of the free energy, and central differences.</summary>
public sealed class RbmGradientTests
{
    [Theory]
    [InlineData(VisibleKind.Bernoulli)]
    [InlineData(VisibleKind.Gaussian)]
    public void The_data_half_is_the_gradient_of_the_mean_free_energy(VisibleKind kind)
    {
        (Rbm rbm, FlatParameters parameters) = Machines.Make(kind);
        using FlatParameters owned = parameters;
        using Tensor v_BD = Data(kind, 7, 5);
        using RbmGradient gradient = new(rbm, 7, CPU, ScalarType.Float64);
        gradient.Data(parameters, v_BD, scale: -1);
        double[] ours = parameters.Gradients.data<double>().ToArray();

        double MeanStatistic()
        {
            using DisposeScope scope = NewDisposeScope();
            return rbm.FreeEnergy(parameters, v_BD).mean().ToDouble();
        }

        // The half is minus the gradient of −F: with scale −1 it is that of the statistics, −F.
        for (int i = 0; i < ours.Length; i++) Assert.Equal(-Difference(parameters.Values, i, MeanStatistic), ours[i], 1e-7);
    }

    [Fact]
    public void Both_halves_give_the_gradient_of_the_exact_likelihood()
    {
        (Rbm rbm, FlatParameters parameters) = Machines.Make();
        using FlatParameters owned = parameters;
        using Tensor v_BD = Data(VisibleKind.Bernoulli, 6, 5);

        // All 32 states, each as often as the model wants: 32 rows weighed by p(v) stand for exact expectations.
        double[] p = Machines.Distribution(rbm, parameters);
        using RbmGradient data = new(rbm, 6, CPU, ScalarType.Float64), one = new(rbm, 1, CPU, ScalarType.Float64);
        data.Data(parameters, v_BD);
        using Tensor all = Machines.AllVisible(rbm);
        for (int state = 0; state < 32; state++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor v = all.narrow(0, state, 1);
            one.Model(parameters, v, rbm.HiddenMean(parameters, v).detach(), p[state], add: true);
        }

        double[] ours = parameters.Gradients.data<double>().ToArray();
        double NegativeLogLikelihood()
        {
            using DisposeScope scope = NewDisposeScope();
            return rbm.FreeEnergy(parameters, v_BD).mean().ToDouble() + PartitionFunction.Exact(rbm, parameters);
        }

        for (int i = 0; i < ours.Length; i++) Assert.Equal(Difference(parameters.Values, i, NegativeLogLikelihood), ours[i], 1e-7);
    }

    [Theory]
    [InlineData(VisibleKind.Bernoulli)]
    [InlineData(VisibleKind.Gaussian)]
    public void The_centred_gradient_is_that_of_the_centred_machine(VisibleKind kind)
    {
        // Melchior et al. 2016, algorithm 1: with E' = E of W, b' and c' over (v − μ) and (h − λ), the plain parameters are
        // b = b' − Wλ and c = c' − Wᵀ(μ/σ²). The update of (W, b', c') along its own gradient must move W, b, c as ours does.
        (Rbm rbm, FlatParameters parameters) = Machines.Make(kind);
        using FlatParameters owned = parameters;
        using Tensor v_BD = Data(kind, 6, 5), w_BD = Data(kind, 6, 5, 8);
        using RbmGradient gradient = new(rbm, 6, CPU, ScalarType.Float64);
        using DisposeScope scope = NewDisposeScope();
        RbmOffsets offsets = new(rand([5], ScalarType.Float64, generator: new Generator(1)), rand([4], ScalarType.Float64, generator: new Generator(2)));
        using IDisposable guard = no_grad();
        Tensor invVariance = kind == VisibleKind.Gaussian ? (-parameters[Rbm.LogVariance]).exp() : ones(5, ScalarType.Float64);
        Tensor mu = offsets.Visible * invVariance;

        Tensor Statistics(Tensor v, out Tensor b, out Tensor c)
        {
            Tensor h = rbm.HiddenMean(parameters, v), s = v * invVariance;
            Tensor w = (s - mu).t().mm(h - offsets.Hidden) / 6;
            b = s.mean([0]) - w.mv(offsets.Hidden) - (kind == VisibleKind.Gaussian ? parameters[Rbm.VisibleBias] * invVariance : 0 * mu);
            c = h.mean([0]) - w.t().mv(mu);
            return w;
        }

        gradient.Data(parameters, v_BD, 1, offsets);
        Tensor dataW = Statistics(v_BD, out Tensor dataB, out Tensor dataC);
        AssertEqual(-dataW, parameters[Rbm.Weight].grad!);
        AssertEqual(-dataB, parameters[Rbm.VisibleBias].grad!);
        AssertEqual(-dataC, parameters[Rbm.HiddenBias].grad!);

        gradient.Model(parameters, w_BD, rbm.HiddenMean(parameters, w_BD), 0.5, offsets, add: true);
        Tensor modelW = Statistics(w_BD, out Tensor modelB, out Tensor modelC);
        AssertEqual((0.5 * modelW) - dataW, parameters[Rbm.Weight].grad!);
        AssertEqual((0.5 * modelB) - dataB, parameters[Rbm.VisibleBias].grad!);
        AssertEqual((0.5 * modelC) - dataC, parameters[Rbm.HiddenBias].grad!);
    }

    [Fact]
    public void The_sparsity_penalty_has_the_gradient_of_its_formula()
    {
        (Rbm rbm, FlatParameters parameters) = Machines.Make();
        using FlatParameters owned = parameters;
        using Tensor v_BD = Data(VisibleKind.Bernoulli, 6, 5);
        using RbmGradient gradient = new(rbm, 6, CPU, ScalarType.Float64);
        gradient.Data(parameters, v_BD);
        double[] plain = parameters.Gradients.data<double>().ToArray();
        gradient.Data(parameters, v_BD, sparsity: new SparsityTarget(0.1, 0.7));
        double[] sparse = parameters.Gradients.data<double>().ToArray();
        double Penalty()
        {
            using DisposeScope scope = NewDisposeScope();
            return 0.7 * (0.1 - rbm.HiddenMean(parameters, v_BD).mean([0])).square().sum().ToDouble();
        }

        for (int i = 0; i < plain.Length; i++) Assert.Equal(Difference(parameters.Values, i, Penalty), sparse[i] - plain[i], 1e-7);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SparsityTarget(0.1, -1).Validate());
        Assert.Throws<ArgumentOutOfRangeException>(() => new SparsityTarget(0, 1).Validate());
    }

    [Theory]
    [InlineData(37, 20, 0.2, false)]
    [InlineData(37, 20, 0.2, true)]
    [InlineData(130, 70, 0.1, true)]
    [InlineData(64, 64, 0.15, false)]
    [InlineData(3, 5, 0.3, true)]
    [InlineData(37, 20, 0.8, true)]
    public void The_fast_path_in_float32_agrees_with_tensor_operations(int visible, int hidden, double density, bool centred)
    {
        const int rows = 30;
        (Rbm rbm, FlatParameters parameters) = Machines.Make(visible: visible, hidden: hidden, type: ScalarType.Float32, scale: 0.3);
        (Rbm _, FlatParameters exact) = Machines.Make(visible: visible, hidden: hidden, scale: 0.3);
        using FlatParameters owned = parameters, ownedToo = exact;
        using DisposeScope scope = NewDisposeScope();
        using (no_grad()) exact.Values.copy_(parameters.Values);
        Tensor u = empty(rows, visible), w = empty(rows, visible);
        RandomStream.Named(9, "test", 0, 0, "u").FillUniform(u);
        RandomStream.Named(9, "test", 0, 0, "w").FillUniform(w);
        Tensor v = u.lt(density).@float(), m = w.lt(density).@float();
        RbmOffsets? offsets = centred ? new(v.mean([0]), zeros(hidden) + 0.4f) : null;
        RbmOffsets? wide = centred ? new(offsets!.Visible.@double(), offsets.Hidden.@double()) : null;
        using RbmGradient fast = new(rbm, rows, CPU), slow = new(rbm, rows, CPU, ScalarType.Float64);
        fast.Data(parameters, v, 2, offsets);
        fast.Model(parameters, m, rbm.HiddenMean(parameters, m).detach(), 2, offsets, add: true);
        slow.Data(exact, v.@double(), 2, wide);
        slow.Model(exact, m.@double(), rbm.HiddenMean(exact, m.@double()).detach(), 2, wide, add: true);

        double[] expected = exact.Gradients.data<double>().ToArray();
        float[] got = parameters.Gradients.data<float>().ToArray();
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], got[i], 2e-6);
        Assert.Contains(expected, value => Math.Abs(value) > 1e-3);
    }

    [Fact]
    public void A_machine_that_diverged_shows_in_the_gradient()
    {
        (Rbm rbm, FlatParameters parameters) = Machines.Make(type: ScalarType.Float32);
        using FlatParameters owned = parameters;
        using (no_grad()) parameters[Rbm.Weight].fill_(double.NaN);
        using Tensor v_BD = ones(3, 5);
        using RbmGradient gradient = new(rbm, 3, CPU);
        gradient.Data(parameters, v_BD);
        Assert.All(parameters[Rbm.HiddenBias].grad!.data<float>().ToArray(), value => Assert.True(float.IsNaN(value)));
    }

    [Fact]
    public void A_batch_of_another_size_is_refused()
    {
        (Rbm rbm, FlatParameters parameters) = Machines.Make(type: ScalarType.Float32);
        using FlatParameters owned = parameters;
        using RbmGradient gradient = new(rbm, 3, CPU);
        using Tensor v = zeros(4, 5);
        Assert.Contains("[3, 5]", Assert.Throws<ArgumentException>(() => gradient.Data(parameters, v)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_leave_no_tensor_behind()
    {
        (Rbm rbm, FlatParameters parameters) = Machines.Make(type: ScalarType.Float32);
        using FlatParameters owned = parameters;
        using RbmGradient gradient = new(rbm, 4, CPU);
        using TemperedChains chains = new(rbm, 4, [1, 0.5, 0], CPU);
        using Tensor v = ones(4, 5), mu = full(5, 0.5f), lambda = full(4, 0.5f);
        void Step(int step)
        {
            gradient.Data(parameters, v, 1, new RbmOffsets(mu, lambda), new SparsityTarget(0.1, 0.1));
            chains.Sweep(parameters, 1, RandomStream.Named(1, "test", 0, step, "sweep"));
            gradient.Model(parameters, chains.Visible, chains.HiddenMean, 1, new RbmOffsets(mu, lambda), add: true);
        }

        chains.Start(RandomStream.Named(1, "test", 0, 0, "start"));
        Step(0);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int step = 1; step < 10; step++) Step(step);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static Tensor Data(VisibleKind kind, int rows, int columns, ulong seed = 7)
    {
        Tensor v = empty(rows, columns, ScalarType.Float64);
        RandomStream stream = RandomStream.Named(seed, "test", 0, 0, "data");
        if (kind == VisibleKind.Gaussian)
        {
            stream.FillNormal(v);
            return v;
        }

        stream.FillUniform(v);
        return v.round_();
    }

    private static double Difference(Tensor values, int at, Func<double> function)
    {
        const double step = 1e-5;
        Span<double> memory = values.AsDoubles();
        double start = memory[at];
        memory[at] = start + step;
        double above = function();
        values.AsDoubles()[at] = start - step;
        double below = function();
        values.AsDoubles()[at] = start;
        return (above - below) / (2 * step);
    }

    private static void AssertEqual(Tensor expected, Tensor got)
    {
        double[] a = expected.contiguous().data<double>().ToArray(), b = got.contiguous().data<double>().ToArray();
        Assert.Equal(a.Length, b.Length);
        for (int i = 0; i < a.Length; i++) Assert.Equal(a[i], b[i], 1e-12);
    }
}
