using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Numerics.Tests;

public sealed class TopKCodecTests
{
    [Fact]
    public void With_a_share_of_one_the_average_is_that_of_the_whole_gradients()
    {
        using var scope = NewDisposeScope();
        using Exchange exchange = new(3, contributes => new TopKCodec(100, 1, CPU, ScalarType.Float32, ScalarType.Float32, contributes));
        for (var step = 0; step < 3; step++)
        {
            var gradients = exchange.Draw(100, step, ScalarType.Float32);
            var expected = gradients[0].add(gradients[1]).add(gradients[2]).mul(1.0 / 3);
            Assert.Equal(expected.AsFloats().ToArray(), exchange.Step(gradients).AsFloats().ToArray());
            Assert.All(exchange.Contributors, codec => Assert.Equal(0, codec.Residual!.abs().sum().ToDouble()));
        }
    }

    [Theory]
    [InlineData(ScalarType.Float64, 1e-12)]
    [InlineData(ScalarType.BFloat16, 1e-12)]
    public void What_was_sent_and_what_is_left_make_up_all_gradients(ScalarType wire, double tolerance)
    {
        using var scope = NewDisposeScope();
        using Exchange exchange = new(3, contributes => new TopKCodec(64, 0.1, CPU, ScalarType.Float64, wire, contributes));
        exchange.RequireConserved(64, 20, tolerance);
        Assert.True(exchange.Contributors[0].Residual!.abs().sum().ToDouble() > 1);
    }

    [Fact]
    public void The_largest_travel_and_of_equal_ones_the_first()
    {
        using var scope = NewDisposeScope();
        using TopKCodec codec = new(8, 0.5, CPU, ScalarType.Float32, ScalarType.Float32, contributes: true);
        var message = codec.Encode(tensor(new float[] { 1, -2, 2, 0, 5, 2, -2, -7 }));
        Assert.Equal([1, 2, 4, 7], message[0].to_type(ScalarType.Int64).AsLongs().ToArray());
        Assert.Equal([-2, 2, 5, -7], message[1].AsFloats().ToArray());
        codec.Commit(stepped: true);
        Assert.Equal([1, 0, 0, 0, 0, 2, -2, 0], codec.Residual!.AsFloats().ToArray());

        // What was left competes with what comes.
        message = codec.Encode(tensor(new float[] { 0, 0, 0, 0, 0, 9, 3, 4 }));
        Assert.Equal([0, 5, 6, 7], message[0].to_type(ScalarType.Int64).AsLongs().ToArray());
        Assert.Equal([1, 11, 1, 4], message[1].AsFloats().ToArray());
    }

    [Fact]
    public void An_update_that_is_left_out_leaves_no_trace()
    {
        using var scope = NewDisposeScope();
        using Exchange exchange = new(2, contributes => new TopKCodec(16, 0.25, CPU, ScalarType.Float32, ScalarType.Float32, contributes));
        exchange.Step(exchange.Draw(16, 0, ScalarType.Float32));
        float[] before = exchange.Contributors[1].Residual!.AsFloats().ToArray();
        var gradients = exchange.Draw(16, 1, ScalarType.Float32);
        gradients[0][3] = double.NaN;
        Assert.False(exchange.Step(gradients, stepped: false).isfinite().all().ToBoolean());
        Assert.Equal(before, exchange.Contributors[1].Residual!.AsFloats().ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1.5)]
    [InlineData(double.NaN)]
    public void Shares_that_are_none_are_refused(double share) =>
        Assert.Contains("above 0 and at most 1", Assert.Throws<ArgumentException>(() => new TopKCodec(4, share, CPU, ScalarType.Float32, ScalarType.Float32, true)).Message, StringComparison.Ordinal);
}
