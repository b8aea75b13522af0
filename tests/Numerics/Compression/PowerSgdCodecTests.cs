using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Numerics.Tests;

public sealed class PowerSgdCodecTests
{
    private static readonly ParameterLayout Layout = new(
    [
        new ParameterSpec("a.weight", [12, 10], new NormalInitializer(0, 1)),
        new ParameterSpec("a.bias", [7], new NormalInitializer(0, 1)),
        new ParameterSpec("b.weight", [6, 4, 5], new NormalInitializer(0, 1)),
        new ParameterSpec("c.weight", [2, 3], new NormalInitializer(0, 1)),
    ]);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(3, 2)]
    public void Matrices_of_that_rank_arrive_whole(int contributors, int shards)
    {
        using var scope = NewDisposeScope();
        foreach (var range in Layout.Shards(shards))
        {
            using Exchange exchange = Of(contributors, range, 2);
            for (var step = 0; step < 3; step++)
            {
                // All contributors' matrices have the same column space of rank 2, so their mean has it too.
                Tensor[] gradients = [.. Enumerable.Range(0, contributors).Select(contributor => LowRank(2, contributor, step).narrow(0, range.Offset, range.Count).clone())];
                var expected = gradients.Aggregate((sum, next) => sum.add(next)).div(contributors);
                Assert.InRange(exchange.Step(gradients).sub(expected).abs().max().ToDouble(), 0, 1e-10);
                Assert.All(exchange.Contributors, codec => Assert.InRange(codec.Residual!.abs().max().ToDouble(), 0, 1e-10));
            }
        }
    }

    [Fact]
    public void A_rank_that_saves_nothing_leaves_matrices_whole()
    {
        using var scope = NewDisposeScope();
        using Exchange exchange = Of(3, Layout.Shards(1)[0], 10);
        var gradients = exchange.Draw(Layout.Count, 0, ScalarType.Float64);
        var expected = gradients[0].add(gradients[1]).add(gradients[2]).mul(1.0 / 3);
        Assert.Equal(expected.AsDoubles().ToArray(), exchange.Step(gradients).AsDoubles().ToArray());
        Assert.Equal(Layout.Count, exchange.Sent);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void What_was_sent_and_what_is_left_make_up_all_gradients(int shards)
    {
        using var scope = NewDisposeScope();
        foreach (var range in Layout.Shards(shards))
        {
            using Exchange exchange = Of(3, range, 1);
            exchange.RequireConserved(range.Count, 15, 1e-11);
        }
    }

    [Fact]
    public void The_bias_and_small_matrices_travel_whole_and_factors_are_counted()
    {
        using var scope = NewDisposeScope();
        using Exchange exchange = Of(2, Layout.Shards(1)[0], 2);
        var gradients = exchange.Draw(Layout.Count, 0, ScalarType.Float64);
        var average = exchange.Step(gradients);
        var expected = gradients[0].add(gradients[1]).mul(0.5);
        Assert.Equal(0, average.sub(expected).narrow(0, 120, 7).abs().max().ToDouble());
        Assert.Equal(0, average.sub(expected).narrow(0, 247, 6).abs().max().ToDouble());
        Assert.Equal((12 + 10) * 2 + (6 + 20) * 2 + 7 + 6, exchange.Sent);
        Assert.Equal(exchange.Sent, ((PowerSgdCodec)exchange.Contributors[0]).Elements);
    }

    [Fact]
    public void The_first_step_is_one_of_power_iteration()
    {
        // P̂ P̂ᵀ M with P̂ an orthonormal basis of M Q: what is left is orthogonal to it, so the two have M's length together.
        using var scope = NewDisposeScope();
        using Exchange exchange = Of(1, Layout.Shards(1)[0], 2);
        var gradient = exchange.Draw(Layout.Count, 0, ScalarType.Float64)[0];
        var average = exchange.Step([gradient]);
        var matrix = gradient.narrow(0, 0, 120).view(12, 10);
        var arrived = average.narrow(0, 0, 120).view(12, 10);
        var left = matrix.sub(arrived);
        Assert.InRange(arrived.t().mm(left).abs().max().ToDouble(), 0, 1e-12);
        Assert.True(left.norm().ToDouble() > 0.1);
    }

    [Fact]
    public void A_constant_gradient_arrives_in_the_long_run()
    {
        using var scope = NewDisposeScope();
        using Exchange exchange = Of(1, Layout.Shards(1)[0], 1);
        var gradient = exchange.Draw(Layout.Count, 0, ScalarType.Float64)[0];
        var sum = zeros(Layout.Count, ScalarType.Float64);
        for (var step = 0; step < 400; step++) sum.add_(exchange.Step([gradient]));
        Assert.InRange(sum.div(400).sub(gradient).norm().ToDouble(), 0, 0.1 * gradient.norm().ToDouble());
    }

    [Fact]
    public void A_direction_that_was_lost_begins_anew()
    {
        using var scope = NewDisposeScope();
        using Exchange exchange = Of(1, Layout.Shards(1)[0], 2);
        exchange.Step([zeros(Layout.Count, ScalarType.Float64)]);
        var gradient = LowRank(2, 0, 0);
        Assert.InRange(exchange.Step([gradient]).sub(gradient).abs().max().ToDouble(), 0, 1e-10);
    }

    [Fact]
    public void An_update_that_is_left_out_leaves_no_trace()
    {
        using var scope = NewDisposeScope();
        using Exchange exchange = Of(2, Layout.Shards(1)[0], 2);
        exchange.Step(exchange.Draw(Layout.Count, 0, ScalarType.Float64));
        double[][] before = [.. exchange.Contributors[0].State.Select(state => state.Value.AsDoubles().ToArray())];
        var gradients = exchange.Draw(Layout.Count, 1, ScalarType.Float64);
        gradients[1][3] = double.PositiveInfinity;
        Assert.False(exchange.Step(gradients, stepped: false).isfinite().all().ToBoolean());
        Assert.Equal(before, exchange.Contributors[0].State.Select(state => state.Value.AsDoubles().ToArray()));
    }

    [Fact]
    public void Columns_become_orthonormal_and_dependent_ones_vanish()
    {
        using var scope = NewDisposeScope();
        var matrix = zeros(9, 4, ScalarType.Float64);
        RandomStream.Named(1, "test", 0, 0, "matrix").FillNormal(matrix);
        matrix.select(1, 2).copy_(matrix.select(1, 0).mul(2).sub(matrix.select(1, 1)));
        Orthonormal.Columns(matrix);
        var product = matrix.t().mm(matrix);
        Assert.InRange(product.sub(diag(tensor(new double[] { 1, 1, 0, 1 }))).abs().max().ToDouble(), 0, 1e-14);
    }

    private static Exchange Of(int contributors, ShardRange range, int rank) => new(contributors, contributes => new PowerSgdCodec(
        Layout, range, rank, purpose => RandomStream.Named(3, "role", 0, 0, purpose), CPU, ScalarType.Float64, contributes));

    /// <summary>A gradient whose large matrices have that rank: rows in a space that all contributors share.</summary>
    private static Tensor LowRank(int rank, int contributor, int step)
    {
        var gradient = zeros(Layout.Count, ScalarType.Float64);
        RandomStream.Named(4, "test", contributor, step, "rest").FillNormal(gradient);
        foreach (var name in new[] { "a.weight", "b.weight" })
        {
            var slot = Layout[name];
            long rows = slot.Spec.Shape[0], columns = slot.Count / rows;
            var left = zeros(rows, rank, ScalarType.Float64);
            var right = zeros(rank, columns, ScalarType.Float64);
            RandomStream.Named(4, "test", 0, 0, "left" + name).FillNormal(left);
            RandomStream.Named(4, "test", contributor, step, "right" + name).FillNormal(right);
            gradient.narrow(0, slot.Offset, slot.Count).copy_(left.mm(right).view(-1));
        }

        return gradient;
    }
}
