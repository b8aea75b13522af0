using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Data.Tests;

/// <summary>Whitening against the identity covariance that it promises.</summary>
public sealed class WhiteningTests
{
    [Fact]
    public void Whitened_signals_have_identity_covariance_and_come_back()
    {
        using var scope = NewDisposeScope();
        var x = Mixed(500, 6);
        using var whitening = ZcaWhitening.Fit(x, 0, "test");
        var white = whitening.Apply(x);
        var covariance = white.t().mm(white) / 499;

        Assert.True((covariance - eye(6, 6, ScalarType.Float64)).abs().max().ToDouble() < 1e-10);
        Assert.True(white.mean([0L]).abs().max().ToDouble() < 1e-10);
        Assert.True((whitening.Undo(white) - x).abs().max().ToDouble() < 1e-9);
    }

    [Fact]
    public void The_map_is_symmetric_and_positive_so_that_signals_change_least()
    {
        using var scope = NewDisposeScope();
        using var whitening = ZcaWhitening.Fit(Mixed(300, 5), 0, "test");

        Assert.True((whitening.Whiten_DD - whitening.Whiten_DD.t()).abs().max().ToDouble() < 1e-12);
        Assert.True(linalg.eigvalsh(whitening.Whiten_DD).min().ToDouble() > 0);
        Assert.True((whitening.Whiten_DD.mm(whitening.Restore_DD) - eye(5, 5, ScalarType.Float64)).abs().max().ToDouble() < 1e-10);
    }

    [Fact]
    public void Epsilon_shrinks_each_direction_by_the_share_that_it_has_of_its_variance()
    {
        using var scope = NewDisposeScope();
        var x = Mixed(300, 4);
        using var whitening = ZcaWhitening.Fit(x, 0.1, "test");
        var white = whitening.Apply(x);
        var found = linalg.eigvalsh(white.t().mm(white) / 299).data<double>().ToArray();
        var centred = x - x.mean([0L], keepdim: true);
        var variances = linalg.eigvalsh(centred.t().mm(centred) / 299).data<double>().ToArray();
        var level = variances.Average();

        Assert.Equal(variances.Select(variance => variance / (variance + (0.1 * level))).Order(), found.Order(), (a, b) => Math.Abs(a - b) < 1e-9);
    }

    [Fact]
    public void Elements_without_variance_are_refused()
    {
        using var scope = NewDisposeScope();
        var x = Mixed(50, 4);
        x.narrow(1, 2, 1).fill_(0.5);
        var refused = Assert.Throws<DatasetException>(() => ZcaWhitening.Fit(x, 0.1, "data: test"));

        Assert.Contains("data: test cannot be whitened: element 3 of 4 is the same in all 50 signals and has no variance", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Directions_without_variance_need_epsilon()
    {
        using var scope = NewDisposeScope();
        var x = Mixed(50, 4);
        x = x - x.mean([1L], keepdim: true);
        var refused = Assert.Throws<DatasetException>(() => ZcaWhitening.Fit(x, 0, "test"));

        Assert.Contains("set epsilon above 0", refused.Message, StringComparison.Ordinal);
        ZcaWhitening.Fit(x, 0.01, "test").Dispose();
        Assert.Throws<DatasetException>(() => ZcaWhitening.Fit(x.narrow(0, 0, 1), 0.01, "test"));
        Assert.Throws<ArgumentOutOfRangeException>(() => ZcaWhitening.Fit(x, -1, "test"));
    }

    private static Tensor Mixed(int count, int features)
    {
        var values = new double[(count + features) * features];
        RandomStream.Named(3, "test", 0, 0, "mixed").FillNormal(values);
        var all = tensor(values, count + features, features);
        return all.narrow(0, 0, count).mm(all.narrow(0, count, features)) + 2;
    }
}
