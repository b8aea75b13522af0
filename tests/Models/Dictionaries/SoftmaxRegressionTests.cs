using Cluster.Models.Dictionaries;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests.Dictionaries;

/// <summary>The classifier's stationarity, its closed form without features, and what it can tell apart.</summary>
public sealed class SoftmaxRegressionTests
{
    [Fact]
    public void The_gradient_vanishes_at_the_fit()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x_NF = Signals.Normal("x", 80, 6), label_N = tensor(Enumerable.Range(0, 80).Select(i => (long)(i * i % 3)).ToArray());
        using SoftmaxRegression fit = SoftmaxRegression.Fit(x_NF, label_N, 3, 0.01, 2000);
        Tensor weight = fit.Weight_FC.clone().requires_grad_(), wide = cat([x_NF, ones(80, 1, ScalarType.Float64)], 1);
        Tensor loss = nn.functional.cross_entropy(wide.mm(weight), label_N) + (0.005 * (weight * weight).sum());
        double gradient = autograd.grad([loss], [weight])[0].abs().max().ToDouble();

        Assert.True(gradient < 1e-8, $"{gradient}");
    }

    [Fact]
    public void Without_features_it_gives_the_shares_of_the_classes()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x_NF = zeros(10, 1, ScalarType.Float64), label_N = tensor(new long[] { 0, 0, 0, 0, 0, 1, 1, 1, 2, 2 });
        using SoftmaxRegression fit = SoftmaxRegression.Fit(x_NF, label_N, 3, 1e-9, 3000);
        double[] p = nn.functional.softmax(fit.Weight_FC[1].unsqueeze(0), 1).data<double>().ToArray();

        Assert.Equal([0.5, 0.3, 0.2], p, (a, b) => Math.Abs(a - b) < 1e-4);
    }

    [Fact]
    public void Classes_around_distant_centres_are_told_apart()
    {
        using DisposeScope scope = NewDisposeScope();
        long[] labels = [.. Enumerable.Range(0, 90).Select(i => (long)(i % 3))];
        Tensor label_N = tensor(labels), centre_NF = 4 * eye(3, 5, ScalarType.Float64).index_select(0, label_N), x_NF = centre_NF + (0.3 * Signals.Normal("x", 90, 5));
        using SoftmaxRegression fit = SoftmaxRegression.Fit(x_NF, label_N, 3);

        Assert.Equal(labels, fit.Classify(x_NF).data<long>().ToArray());
    }

    [Fact]
    public void Labels_that_do_not_fit_are_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x_NF = zeros(3, 1, ScalarType.Float64);
        Assert.Throws<ArgumentException>(() => SoftmaxRegression.Fit(x_NF, tensor(new long[] { 0, 1 }), 2));
        Assert.Throws<ArgumentException>(() => SoftmaxRegression.Fit(x_NF, tensor(new long[] { 0, 1, 2 }), 2));
        Assert.Throws<ArgumentException>(() => SoftmaxRegression.Fit(x_NF, tensor(new long[] { 0, 1, -1 }), 2));
    }

    [Fact]
    public void Support_fit_is_least_squares_on_the_support()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor atoms_KD = Signals.Unit("atoms", 9, 6), x_BD = Signals.Unit("x", 5, 6);
        Tensor code_BK = SparseCoding.Infer(x_BD, atoms_KD, new SparseCodingOptions { Penalty = 0.3 }), fit_BK = SupportFit.Of(x_BD, atoms_KD, code_BK);
        Tensor correlation_BK = (x_BD - fit_BK.mm(atoms_KD)).mm(atoms_KD.t());

        Assert.Equal(code_BK.ne(0).data<bool>().ToArray(), fit_BK.ne(0).data<bool>().ToArray());
        Assert.True((correlation_BK * code_BK.ne(0).to(ScalarType.Float64)).abs().max().ToDouble() < 1e-10);
        Assert.True(code_BK.ne(0).any().ToBoolean());
    }
}
